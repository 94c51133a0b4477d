package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.device.DeviceEvents;
import io.carillon.bench.device.DeviceTokens;
import io.carillon.bench.device.Devices;
import io.carillon.bench.load.LatencyRecorder;
import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.fleet.Trust;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import io.carillon.protocol.PushFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code carillon bench broadcast}. */
@Command(
        name = "broadcast",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Connects devices, sends broadcasts to all of them one after another, and checks that each arrives once at",
            "each device. --with-unicast sends unicasts over HTTP at a steady rate before and during the broadcasts,",
            "and compares their latencies, from the moment each was due to its arrival. Exit 0 when every check holds."
        })
public final class BroadcastCommand implements Callable<Integer>, DeviceEvents {
    private static final int DEVICE_THREADS = 2;
    private static final long SETTLE_LIMIT_MS = 30_000;
    private static final long POLL_MS = 50;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:CARILLON_DATA:-data}",
            description = "the fleet's data directory (default: CARILLON_DATA, else ./data)")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path data;

    @Option(names = "--connections", defaultValue = "18000", description = "devices (default: 18000)")
    private int connections;

    @Option(names = "--seconds", defaultValue = "20", description = "of each phase (default: 20)")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "30",
            description =
                    "seconds of unicasts, with one broadcast, that are not measured, for JIT compilers to settle (default: 30)")
    private int warmUpSeconds;

    @Option(names = "--bytes", defaultValue = "256", description = "payload of a broadcast (default: 256)")
    private int bytes;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "deliveries a second of a broadcast (default: no limit)")
    private int rate;

    @Option(names = "--with-unicast", description = "unicasts go on, and are compared")
    private boolean withUnicast;

    @Option(names = "--unicast-rate", defaultValue = "500", description = "unicasts a second (default: 500)")
    private int unicastRate;

    @Option(
            names = "--memory",
            description =
                    "samples the rooms' memory and prints by how much it rose; each room collects its garbage before"
                            + " each broadcast")
    private boolean memory;

    @Option(names = "--tls", description = "devices connect over TLS")
    private boolean tls;

    @Option(names = "--json", paramLabel = "FILE", description = "writes the result there")
    private @Nullable Path json;

    @SuppressWarnings("NullAway.Init") // set before devices connect
    private UnicastTraffic unicasts;

    @SuppressWarnings("NullAway.Init") // set before devices connect
    private BroadcastTraffic broadcasts;

    private @Nullable RoomMemory roomMemory;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException, IOException {
        Fleet fleet = new Fleet(data, System.getenv(), new StandardError());
        FleetState state = fleet.state();
        SSLContext trust = tls ? Trust.of(fleet.data()) : null;
        FleetState.Credentials credentials = state.credentials();
        try (CenterClient center = Centers.ofApp(state)) {
            String prefix = "bench-" + Long.toString(System.currentTimeMillis(), 36);
            DeviceTokens tokens = new DeviceTokens(credentials.app(), center.token(prefix), credentials.clientSecret());
            try (Devices devices = new Devices(prefix, tokens, rooms(state), trust, DEVICE_THREADS, this);
                    RoomMemory sampled = memory ? new RoomMemory(state) : null) {
                roomMemory = sampled;
                unicasts = new UnicastTraffic(center, devices::user, connections);
                broadcasts = new BroadcastTraffic(center, connections);
                return run(devices);
            }
        }
    }

    private List<InetSocketAddress> rooms(FleetState state) {
        return state.ofRole("room")
                .map(room -> new InetSocketAddress("127.0.0.1", room.port(tls ? "tls" : "tcp")))
                .toList();
    }

    private int run(Devices devices) throws CenterException, InterruptedException, IOException {
        long startedNs = System.nanoTime();
        devices.connect(connections);
        double connectSeconds = (System.nanoTime() - startedNs) / 1e9;
        say("%,d of %,d devices connected in %.1f s", devices.connected(), connections, connectSeconds);
        devices.losses().forEach((reason, count) -> say("  lost %,d: %s", count, reason));
        if (devices.connected() < connections) {
            return 1;
        }
        LatencyRecorder alone = null;
        if (withUnicast) {
            // One broadcast as well: what measures its way first measures the compilers of all processes.
            during(() -> List.of(broadcasts.send(bytes, rate)), warmUpSeconds);
            settle();
            alone = unicasts.run(unicastRate, seconds);
            settle();
            say("unicast alone, %,d/s:           %s", unicastRate, alone);
        }
        LatencyRecorder during = new LatencyRecorder();
        List<BroadcastTraffic.Sent> sent;
        if (withUnicast) {
            Measured measured = during(this::broadcastForAWhile, seconds);
            during = measured.unicasts;
            sent = measured.broadcasts;
            settle();
            say("unicast during broadcasts:      %s", during);
        } else {
            sent = broadcastForAWhile();
        }
        return report(devices, sent, alone, during, connectSeconds);
    }

    private record Measured(LatencyRecorder unicasts, List<BroadcastTraffic.Sent> broadcasts) {}

    /** Unicasts for so long, and broadcasts beside them. */
    private Measured during(Callable<List<BroadcastTraffic.Sent>> broadcasting, int forSeconds)
            throws CenterException, InterruptedException, IOException {
        try (ExecutorService background = Executors.newSingleThreadExecutor()) {
            Future<List<BroadcastTraffic.Sent>> pending = background.submit(broadcasting);
            LatencyRecorder latencies = unicasts.run(unicastRate, forSeconds);
            return new Measured(latencies, pending.get());
        } catch (ExecutionException e) {
            throw new CenterException("a broadcast failed: " + e.getCause(), e);
        }
    }

    private List<BroadcastTraffic.Sent> broadcastForAWhile() throws CenterException, InterruptedException, IOException {
        List<BroadcastTraffic.Sent> sent = new ArrayList<>();
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        do {
            RoomMemory sampled = roomMemory;
            if (sampled != null) {
                sampled.begin();
            }
            sent.add(broadcasts.send(bytes, rate));
            if (sampled != null) {
                sampled.end();
            }
        } while (System.nanoTime() < endNs);
        return sent;
    }

    private void settle() throws InterruptedException {
        long untilMs = System.currentTimeMillis() + SETTLE_LIMIT_MS;
        while (!unicasts.settled() && System.currentTimeMillis() < untilMs) {
            Thread.sleep(POLL_MS);
        }
    }

    private int report(
            Devices devices,
            List<BroadcastTraffic.Sent> sent,
            @Nullable LatencyRecorder alone,
            LatencyRecorder during,
            double connectSeconds)
            throws IOException {
        long once = 0;
        long more = 0;
        double walk = 0;
        for (BroadcastTraffic.Sent one : sent) {
            once += one.run().exactlyOnce();
            more += one.run().moreThanOnce();
            walk += one.walkSeconds();
        }
        long expected = (long) sent.size() * connections;
        double perSecond = once / Math.max(walk, 1e-9);
        say(
                "%,d broadcasts of %,d B to %,d devices: %,d of %,d deliveries exactly once, %,d more than once",
                sent.size(), bytes, connections, once, expected, more);
        say("  while one ran: %,.0f deliveries/s; request to last delivery: %s s", perSecond, shown(sent));
        boolean well = once == expected && more == 0;
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("connections", connections).put("connect_seconds", connectSeconds);
        result.put("broadcasts", sent.size()).put("bytes", bytes).put("rate_per_second", rate);
        result.put("deliveries", once).put("expected", expected).put("doubled", more);
        result.put("deliveries_per_second", perSecond);
        ArrayNode times = result.putArray("seconds_to_last");
        BroadcastTraffic.seconds(sent).forEach(times::add);
        if (roomMemory != null) {
            ObjectNode rises = result.putObject("room_memory_rise_bytes");
            roomMemory.rises().forEach((room, rise) -> {
                say("room memory, %s: %s", room, rise);
                rises.put(room, rise.bytes());
            });
        }
        if (alone != null) {
            double ratio = during.percentileMs(99) / alone.percentileMs(99);
            say(
                    "unicast p99 during / alone: %.2f; %,d sent, %,d refused, %,d lost, %,d twice, %,d at another's",
                    ratio,
                    unicasts.sent(),
                    unicasts.refused(),
                    unicasts.lost(),
                    unicasts.doubled(),
                    unicasts.misdirected());
            well &= unicasts.lost() == 0 && unicasts.doubled() == 0 && unicasts.misdirected() == 0;
            result.set("unicast_alone", alone.toJson());
            result.set("unicast_during", during.toJson());
            result.put("p99_ratio", ratio).put("unicasts", unicasts.sent()).put("refused", unicasts.refused());
            result.put("lost", unicasts.lost());
        }
        devices.losses().forEach((reason, count) -> say("  lost connections %,d: %s", count, reason));
        if (json != null) {
            Files.writeString(json, result.toPrettyString() + "\n");
        }
        return well && devices.losses().isEmpty() ? 0 : 1;
    }

    private static String shown(List<BroadcastTraffic.Sent> sent) {
        StringBuilder text = new StringBuilder();
        BroadcastTraffic.seconds(sent).stream().limit(10).forEach(one -> text.append(text.isEmpty() ? "" : ", ")
                .append("%.2f".formatted(one)));
        return text + (sent.size() > 10 ? ", …" : "");
    }

    // ---- what devices see

    @Override
    public void connected(int device) {}

    @Override
    public void pushed(int device, PushFrame push, long atNs) {
        if (push.has(PushFrame.FLAG_BROADCAST)) {
            broadcasts.arrived(HexFormat.of().formatHex(push.messageId()), device, atNs);
        } else {
            unicasts.arrived(device, new String(push.payload(), StandardCharsets.UTF_8), atNs);
        }
    }

    @Override
    public void lost(int device, String reason) {}

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
