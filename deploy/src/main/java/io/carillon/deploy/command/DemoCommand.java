package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetConfig;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.fleet.Trust;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import io.carillon.deploy.traffic.Deliveries;
import io.carillon.deploy.traffic.Demonstration;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.Tour;
import io.carillon.deploy.traffic.UnicastSender;
import io.carillon.deploy.traffic.WebhookInbox;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carillon demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "The main job, for a newcomer: starts the whole fleet on embedded stores, connects devices with the SDK,",
            "sends messages over HTTP, half of them to users whose devices connect only afterwards, and prints what",
            "arrived; then shows a broadcast, an uplink with its webhook, presence and a kick. It keeps everything",
            "running until Ctrl-C."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final int DEVICES_MAX = 5_000;
    private static final int IN_FLIGHT = 16;
    private static final int SHOWN_MAX = 5;

    @Mixin
    private final FleetOption option = new FleetOption();

    @Option(names = "--once", description = "end after the figures; exit 0 only if every message arrived exactly once")
    private boolean once;

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "1000",
            description = "devices that are connected first, and as many again afterwards (default: 1000)")
    private int devices;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws FleetException, InterruptedException {
        if (devices < 1 || devices > DEVICES_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--devices: " + devices + " (expected: 1 to " + DEVICES_MAX + ")");
        }
        Progress progress = option.progress();
        Fleet fleet = option.fleet(progress);
        return new Foreground(fleet).demonstrate(FleetConfig.NONE, once, () -> show(fleet, progress));
    }

    /** Returns what to close when the demonstration ends, after the figures were printed. */
    private Foreground.Shown show(Fleet fleet, Progress progress) throws FleetException, InterruptedException {
        Ready.print(fleet);
        FleetState state = fleet.state();
        URI dispatcher = URI.create(
                "http://" + state.ofRole("dispatcher").findFirst().orElseThrow().address("http"));
        CenterClient center = Centers.ofApp(state);
        Deliveries deliveries = new Deliveries();
        Devices connected =
                new Devices(dispatcher, state.credentials().app(), center, Trust.of(fleet.data()), deliveries);
        String prefix = "demo-" + Long.toString(System.currentTimeMillis(), 36);
        try {
            Demonstration.Figures figures = new Demonstration(
                            connected, deliveries, new UnicastSender(center, IN_FLIGHT), progress, prefix, devices)
                    .run();
            print(figures);
            boolean toured = tour(new Guide(connected, deliveries, center), prefix + "-guest");
            if (!once) {
                lookOn(figures, state, fleet);
            }
            return new Foreground.Shown(figures.everyMessageArrivedOnce() && toured, () -> close(connected, center));
        } catch (InterruptedException | RuntimeException e) {
            close(connected, center);
            throw e;
        }
    }

    private record Guide(Devices devices, Deliveries deliveries, CenterClient center) {}

    /** Shows the rest of what a fleet does; true where all of it was seen. */
    private static boolean tour(Guide guide, String guest) throws FleetException, InterruptedException {
        try (WebhookInbox inbox = new WebhookInbox()) {
            List<Tour.Sight> sights = new Tour(guide.devices(), guide.deliveries(), guide.center(), inbox, guest).run();
            System.out.println();
            sights.forEach(sight -> System.out.println("  " + sight.text()));
            return sights.stream().allMatch(Tour.Sight::well);
        } catch (IOException | CenterException e) {
            throw new FleetException("the tour ended early: " + e.getMessage(), e);
        }
    }

    private static void close(Devices devices, CenterClient center) {
        devices.close();
        center.close();
    }

    private static void print(Demonstration.Figures figures) {
        System.out.println();
        System.out.printf("%,d messages, %,d arrived exactly once%n", figures.sent(), figures.exactlyOnce());
        System.out.printf(
                "  %,d to connected devices, HTTP request to listener:      %s%n",
                figures.online().count(), figures.online());
        System.out.printf(
                "  %,d to devices that connected later, CONNECTED to listener: %s%n",
                figures.later().count(), figures.later());
        complain("never arrived", figures.missing());
        complain("arrived more than once", figures.doubled());
        complain("were not stored", figures.refused());
    }

    private static void complain(String what, List<String> messages) {
        if (!messages.isEmpty()) {
            System.out.printf("  %,d %s, such as:%n", messages.size(), what);
            messages.stream().limit(SHOWN_MAX).forEach(message -> System.out.println("    " + message));
        }
    }

    private static void lookOn(Demonstration.Figures figures, FleetState state, Fleet fleet) {
        String center = state.ofRole("center").findFirst().orElseThrow().address("http");
        String room = state.ofRole("room").findFirst().orElseThrow().address("admin");
        System.out.println(
                """

                Look on, while this keeps running (Ctrl-C stops everything):
                  ./carillon status                          every process, its health and connections
                  ./carillon message %s   what happened to one of the messages
                  ./carillon device --user me                a device of your own, and in another terminal:
                  ./carillon push --user me hello
                  http://%s/openapi.json          the HTTP API
                  http://%s/metrics               a room's metrics
                  %s/log          the logs""".formatted(figures.example(), center, room, fleet.data().path()));
    }
}
