package io.carillon.deploy.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is written down about a fleet (fleet.json in its data directory): enough to find it, stop it and start any of its
 * processes again without asking anybody.
 *
 * @param layout version of this file's layout
 * @param cluster the cluster's name, the root of its paths in ZooKeeper
 * @param credentials made at the first start and kept
 * @param processes stores and services, in the order in which they are started
 */
public record FleetState(int layout, String cluster, Credentials credentials, List<Member> processes) {
    static final int LAYOUT = 1;

    public FleetState {
        processes = List.copyOf(processes);
    }

    /**
     * The fleet's secrets.
     *
     * @param adminKey for center's admin routes
     * @param rpcSecret shared by the services
     * @param storePassword of the embedded Redis and MariaDB
     * @param app the demonstration app
     * @param apiKey of that app
     * @param clientSecret of that app: signs its client tokens
     */
    public record Credentials(
            String adminKey, String rpcSecret, String storePassword, String app, String apiKey, String clientSecret) {
        @Override
        public String toString() {
            return "Credentials[app=" + app + "]";
        }
    }

    /**
     * A process of the fleet.
     *
     * @param name unique in the fleet
     * @param role a service's role, or redis, mysql, zookeeper
     * @param command program and arguments
     * @param directory working directory
     * @param log where its output goes
     * @param ports by purpose: rpc, admin, http, tcp, tls; for a store its name
     * @param identity the running process; null when it was stopped
     */
    public record Member(
            String name,
            String role,
            List<String> command,
            String directory,
            String log,
            List<Port> ports,
            @Nullable ProcessIdentity identity) {
        public Member {
            command = List.copyOf(command);
            ports = List.copyOf(ports);
        }

        /** @throws IllegalArgumentException if it has no such port */
        public int port(String purpose) {
            return ports.stream()
                    .filter(port -> port.purpose().equals(purpose))
                    .mapToInt(Port::number)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(name + " has no port for " + purpose));
        }

        public boolean ofStore() {
            return role.equals("redis") || role.equals("mysql") || role.equals("zookeeper");
        }

        public boolean alive() {
            return identity != null && identity.alive();
        }

        public String address(String purpose) {
            return "127.0.0.1:" + port(purpose);
        }

        Member running(@Nullable ProcessIdentity newIdentity) {
            return new Member(name, role, command, directory, log, ports, newIdentity);
        }
    }

    /** A port on loopback and what it is for. */
    public record Port(String purpose, int number) {}

    public Optional<Member> member(String name) {
        return processes.stream().filter(member -> member.name().equals(name)).findFirst();
    }

    public Stream<Member> ofRole(String role) {
        return processes.stream().filter(member -> member.role().equals(role));
    }

    public Stream<Member> services() {
        return processes.stream().filter(member -> !member.ofStore());
    }

    public Stream<Member> stores() {
        return processes.stream().filter(Member::ofStore);
    }

    public boolean anyAlive() {
        return processes.stream().anyMatch(Member::alive);
    }

    FleetState with(Member changed) {
        List<Member> members = new ArrayList<>(processes);
        members.replaceAll(member -> member.name().equals(changed.name()) ? changed : member);
        return new FleetState(layout, cluster, credentials, members);
    }

    FleetState withProcesses(List<Member> members) {
        return new FleetState(layout, cluster, credentials, members);
    }
}
