package io.carillon.bench.scenario;

import io.carillon.bench.device.DeviceEvents;
import io.carillon.bench.device.DeviceTokens;
import io.carillon.bench.device.Devices;
import io.carillon.bench.inject.BorrowedWebhooks;
import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.ProcessIdentity;
import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import io.carillon.deploy.traffic.WebhookInbox;
import io.carillon.protocol.PushFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code carillon bench presence}. */
@Command(
        name = "presence",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Connects devices and checks that the business is told of each that it is online, by webhooks to an endpoint",
            "of its own. Then --pause stops a room for a while (SIGSTOP) and --kill ends one (kill -9), half of whose",
            "devices connect again elsewhere, and after each it waits until the last state that was told of every device",
            "is the true one. The app's webhooks are set back at the end. Exit 0 when all was told in time."
        })
public final class PresenceCommand implements Callable<Integer>, DeviceEvents {
    private static final int DEVICE_THREADS = 2;
    private static final long POLL_MS = 100;
    private static final long CONNECTED_LIMIT_S = 60;
    private static final long GRACE_S = 15;
    /** What the last state may take to be the true one, behind the grace. */
    private static final long LIMIT_S = 30;
    /** For so long it has to stay the true one. */
    private static final long STAYS_S = 20;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:CARILLON_DATA:-data}",
            description = "the fleet's data directory (default: CARILLON_DATA, else ./data)")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path data;

    @Option(names = "--connections", defaultValue = "18000", description = "devices (default: 18000)")
    private int connections;

    @Option(names = "--pause", paramLabel = "ROOM", description = "the room that is stopped for a while")
    private @Nullable String paused;

    @Option(names = "--pause-seconds", defaultValue = "20", description = "for how long (default: 20)")
    private int pauseSeconds;

    @Option(
            names = "--kill",
            paramLabel = "ROOM",
            description = "the room that is killed, and started again at the end")
    private @Nullable String killed;

    @SuppressWarnings("NullAway.Init") // set before devices connect
    private PresenceTold told;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException, IOException {
        Fleet fleet = new Fleet(data, System.getenv(), new StandardError());
        FleetState state = fleet.state();
        FleetState.Credentials credentials = state.credentials();
        try (CenterClient center = Centers.ofApp(state);
                WebhookInbox inbox = new WebhookInbox()) {
            String prefix = "presence-" + Long.toString(System.currentTimeMillis(), 36);
            told = new PresenceTold(prefix + "-", connections);
            inbox.beforeAnswering(told::onDelivery);
            DeviceTokens tokens = new DeviceTokens(credentials.app(), center.token(prefix), credentials.clientSecret());
            try (BorrowedWebhooks webhooks = BorrowedWebhooks.forPresence(center, inbox);
                    Devices devices = new Devices(prefix, tokens, addresses(state, ""), DEVICE_THREADS, this)) {
                boolean well = connect(devices, connections);
                well &= paused == null || pause(fleet.require(paused));
                well &= killed == null || kill(fleet, prefix, tokens);
                say("webhooks with another signature: %,d", inbox.refused());
                return well && inbox.refused() == 0 ? 0 : 1;
            }
        }
    }

    private static List<InetSocketAddress> addresses(FleetState state, @Nullable String without) {
        return state.ofRole("room")
                .filter(room -> !room.name().equals(without))
                .map(room -> new InetSocketAddress("127.0.0.1", room.port("tcp")))
                .toList();
    }

    private boolean connect(Devices devices, int count) throws InterruptedException {
        long startedNs = System.nanoTime();
        devices.connect(count);
        say("%,d of %,d devices connected in %.1f s", devices.connected(), count, since(startedNs));
        devices.losses().forEach((reason, lost) -> say("  lost %,d: %s", lost, reason));
        long connectedNs = System.nanoTime();
        boolean well = untilTrue(CONNECTED_LIMIT_S);
        say("  the last of them told as online %.1f s later; %,d events", since(connectedNs), told.events());
        return well && devices.connected() == count;
    }

    private boolean pause(FleetState.Member room) throws IOException, InterruptedException {
        long before = told.events();
        signal(room, "STOP");
        try {
            TimeUnit.SECONDS.sleep(pauseSeconds);
        } finally {
            signal(room, "CONT");
        }
        say(
                "%s stopped for %d s: %,d events meanwhile, %,d devices told otherwise than they are",
                room.name(), pauseSeconds, told.events() - before, told.wrong());
        return untilTrueAndStays(before);
    }

    private boolean kill(Fleet fleet, String prefix, DeviceTokens tokens)
            throws FleetException, InterruptedException, IOException {
        long before = told.events();
        int online = told.online();
        String name = String.valueOf(killed);
        List<InetSocketAddress> others = addresses(fleet.state(), name);
        fleet.kill(name);
        try (Devices again = new Devices(prefix, tokens, others, DEVICE_THREADS, this)) {
            // Half of all: those that were elsewhere move, the others are back within the grace.
            again.connect(connections / 2);
            say("%s killed: %,d devices of %,d are left or back", name, told.online(), online);
            boolean well = untilTrueAndStays(before);
            fleet.start(name);
            return well;
        }
    }

    private boolean untilTrueAndStays(long eventsBefore) throws InterruptedException {
        long startedNs = System.nanoTime();
        boolean well = untilTrue(GRACE_S + LIMIT_S);
        double seconds = since(startedNs);
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(STAYS_S);
        int mostWrong = told.wrong();
        while (System.nanoTime() < endNs) {
            Thread.sleep(POLL_MS);
            mostWrong = Math.max(mostWrong, told.wrong());
        }
        say(
                "  the last state told of each is the true one after %.1f s (grace %d s); %,d events; in the %d s behind it"
                        + " at most %,d were told otherwise",
                seconds, GRACE_S, told.events() - eventsBefore, STAYS_S, mostWrong);
        return well && mostWrong == 0;
    }

    private boolean untilTrue(long limitSeconds) throws InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
        while (told.wrong() > 0 && System.nanoTime() < endNs) {
            Thread.sleep(POLL_MS);
        }
        int wrong = told.wrong();
        if (wrong > 0) {
            say("  after %d s %,d devices are told otherwise than they are", limitSeconds, wrong);
        }
        return wrong == 0;
    }

    private static void signal(FleetState.Member room, String signal) throws IOException, InterruptedException {
        ProcessIdentity identity = room.identity();
        if (identity == null
                || new ProcessBuilder("kill", "-" + signal, Long.toString(identity.pid()))
                                .inheritIO()
                                .start()
                                .waitFor()
                        != 0) {
            throw new IOException("kill -" + signal + " of " + room.name() + " did not succeed");
        }
    }

    private static double since(long startedNs) {
        return (System.nanoTime() - startedNs) / 1e9;
    }

    // ---- what devices see

    @Override
    public void connected(int device) {
        told.connected(device);
    }

    @Override
    public void pushed(int device, PushFrame push, long atNs) {}

    @Override
    public void lost(int device, String reason) {
        if (!reason.startsWith("not connected")) {
            told.lost(device);
        }
    }

    private static void say(String format, Object... values) {
        System.out.println(format.formatted(values));
    }

    private static final class StandardError implements Progress {
        @Override
        public void step(String line) {
            System.err.println(line);
        }

        @Override
        public void counting(String line) {}
    }
}
