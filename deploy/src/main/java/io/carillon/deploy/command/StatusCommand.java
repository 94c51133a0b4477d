package io.carillon.deploy.command;

import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetStatus;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code carillon status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Every process and store with addresses, pid, health and connections. Exit 0 when all are ready.")
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Option(names = "--json", description = "one object, with the credentials of the fleet")
    private boolean json;

    @Override
    public Integer call() throws FleetException, InterruptedException {
        FleetStatus status = option.fleet().status();
        if (json) {
            System.out.println(status.toJson());
        } else {
            print(status);
        }
        return status.ready() ? 0 : 1;
    }

    private static void print(FleetStatus status) {
        row("NAME", "ROLE", "PID", "HEALTH", "CONNECTIONS", "ADDRESS");
        for (FleetStatus.Store store : status.stores()) {
            row(store.name(), "store", shown(store.pid()), health(store.ready(), store.pid()), "-", store.address());
        }
        for (FleetStatus.Service service : status.processes()) {
            row(
                    service.name(),
                    service.role(),
                    shown(service.pid()),
                    health(service.ready(), service.pid()),
                    shown(service.connections()),
                    address(service, status));
        }
        System.out.println();
        System.out.println("HTTP API    " + String.join(", ", status.center()));
        System.out.println("dispatcher  " + status.dispatcher());
    }

    private static String address(FleetStatus.Service service, FleetStatus status) {
        return status.rooms().stream()
                .filter(room -> room.name().equals(service.name()))
                .map(room -> "tcp " + room.tcp() + ", tls " + room.tls() + ", " + room.websocket() + ", admin "
                        + service.admin())
                .findFirst()
                .orElse("admin " + service.admin());
    }

    private static String health(boolean ready, @Nullable Long pid) {
        return ready ? "ready" : pid == null ? "down" : "not ready";
    }

    private static String shown(@Nullable Long number) {
        return number == null ? "-" : number.toString();
    }

    private static void row(String name, String role, String pid, String health, String connections, String address) {
        System.out.println(String.format(
                Locale.ROOT, "%-14s %-11s %8s  %-9s %11s  %s", name, role, pid, health, connections, address));
    }
}
