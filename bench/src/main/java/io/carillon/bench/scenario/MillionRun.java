package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.check.TestMessage;
import io.carillon.bench.inject.Injector;
import io.carillon.bench.inject.Injectors;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.load.Pacer;
import io.carillon.bench.sample.GcLog;
import io.carillon.bench.sample.ProcFiles;
import io.carillon.bench.sample.ServerSample;
import io.carillon.bench.simulated.RemoteDevices;
import io.carillon.bench.target.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * A million connections in one room's process, without their sockets: what they cost in memory, what their heartbeats cost, and
 * how long the collector stops the room while messages are delivered and connections come and go.
 */
public final class MillionRun {
    private static final long LOOK_MS = 500;
    private static final long QUIET_SECONDS = 3;
    private static final long SETTLE_MAX_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long TASK_MAX_NS = TimeUnit.MINUTES.toNanos(30);

    private final MillionSpec spec;
    private final ServerProcess server;
    private final RemoteDevices devices;
    private final Series series;
    private final int run;
    private final Consumer<String> progress;
    private final Histogram logins = Histograms.empty();
    private final Histogram latencies = Histograms.empty();
    private final AtomicLong refused = new AtomicLong();

    private MillionRun(
            MillionSpec spec,
            ServerProcess server,
            RemoteDevices devices,
            Series series,
            int run,
            Consumer<String> progress) {
        this.spec = spec;
        this.server = server;
        this.devices = devices;
        this.series = series;
        this.run = run;
        this.progress = progress;
    }

    /**
     * @param server a room that {@code SimulatedRoom} runs
     * @param directory for a file
     * @return as {@link ScenarioRun#run} does
     */
    public static ObjectNode run(MillionSpec spec, ServerProcess server, Path directory, Consumer<String> progress)
            throws IOException, InterruptedException {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("server", server.name())
                .put("kind", "million")
                .put("at_ms", System.currentTimeMillis());
        json.putObject("spec")
                .put("connections", spec.connections())
                .put("bytes", spec.bytes())
                .put("qos", 1)
                .put("seconds", spec.seconds())
                .put("rate", spec.rate())
                .put("flap_rate", spec.flapRate())
                .put("ping_seconds", spec.ping().toSeconds());
        int number = ThreadLocalRandom.current().nextInt();
        try (RemoteDevices devices = new RemoteDevices(
                        server.target(), spec.connections(), number, spec.ping(), directory.resolve("handles"));
                Series series = new Series(server.pids(), progress);
                Injector injector = Injectors.open(server.target(), "bench-million", devices::user)) {
            new MillionRun(spec, server, devices, series, number, progress).measure(json, injector);
            json.set("series", series.points());
        }
        return json;
    }

    private void measure(ObjectNode json, Injector injector) throws IOException, InterruptedException {
        ObjectNode result = json.putObject("result");
        memory(result);
        heartbeats(result);
        long acksBefore = server.acks();
        traffic(json, result, injector, acksBefore);
        check(json.putObject("checks"), injector, server.acks() - acksBefore);
    }

    // ---- memory
    // --------------------------------------------------------------------------------------------------------------

    private void memory(ObjectNode result) throws IOException, InterruptedException {
        ArrayNode steps = result.putArray("steps");
        MemoryStep first = connect(result, spec.memoryFrom(), steps.addObject());
        MemoryStep all = connect(result, spec.connections(), steps.addObject());
        MemoryStep.slopes(result, first, all);
        int each = look().path("heap_bytes_each").asInt();
        result.put("simulated_client_heap_bytes_each", each);
        if (all.heap() != null) {
            result.put("live_heap_bytes", all.heap().bytes())
                    .put("live_heap_bytes_each", (double) all.heap().bytes() / spec.connections() - each);
        }
    }

    private MemoryStep connect(ObjectNode result, int to, ObjectNode json) throws IOException, InterruptedException {
        ServerSample before = sample();
        long startNs = System.nanoTime();
        long connected = look().path("connected").asLong();
        logins.reset();
        perform(RemoteDevices.task("connect").put("to", to));
        double seconds = (System.nanoTime() - startNs) / 1e9;
        ObjectNode connect = result.putObject("connect");
        long now = look().path("connected").asLong();
        connect.put("connected", now)
                .put("per_second", (now - connected) / seconds)
                .put("server_cpu_micros_each", sample().cpuMicrosSince(before) / Math.max(1, now - connected));
        connect.set("latency", Histograms.toJson(logins));
        if (now < to) {
            throw new IOException("only " + now + " of " + to + " simulated devices are connected: "
                    + look().path("problem").asText());
        }
        TimeUnit.SECONDS.sleep(QUIET_SECONDS);
        progress.accept("  memory at " + to);
        MemoryStep step = MemoryStep.look(server, to, this::sample);
        step.writeTo(json);
        return step;
    }

    // ---- heartbeats
    // ----------------------------------------------------------------------------------------------------------

    /** The processor's time while nothing happens, and while all ping. */
    private void heartbeats(ObjectNode result) throws IOException, InterruptedException {
        progress.accept("  pings");
        ServerSample before = sample();
        long pongs = look().path("pongs").asLong();
        watch(spec.seconds());
        ServerSample between = sample();
        ObjectNode json = result.putObject("pings");
        json.put("interval_seconds", spec.ping().toSeconds())
                .put("pings", look().path("pongs").asLong() - pongs)
                .put("server_cpu_percent", between.cpuPercentSince(before));
        devices.call(RemoteDevices.task("pings").put("on", false));
        ServerSample quiet = sample();
        watch(Math.min(spec.seconds(), 20));
        json.put("without_pings_cpu_percent", sample().cpuPercentSince(quiet));
        devices.call(RemoteDevices.task("pings").put("on", true));
    }

    // ---- traffic
    // -------------------------------------------------------------------------------------------------------------

    private void traffic(ObjectNode json, ObjectNode result, Injector injector, long acksBefore)
            throws IOException, InterruptedException {
        progress.accept("  messages, and comings and goings");
        double whole = spec.warmUpSeconds() + spec.seconds();
        long messages = Math.round(spec.rate() * spec.warmUpSeconds()) + Math.round(spec.rate() * spec.seconds());
        devices.call(RemoteDevices.task("expect").put("count", messages));
        logins.reset();
        long loginsBefore = look().path("logins").asLong();
        devices.call(RemoteDevices.task("flap")
                .put("from", spec.staying())
                .put("to", spec.connections())
                .put("rate", spec.flapRate())
                .put("seconds", whole));
        Thread ticks = Thread.ofPlatform().name("ticks").daemon().start(this::lookAllTheTime);
        Pacer pacer = new Pacer(Thread.currentThread()::isInterrupted);
        long sent = 0;
        if (spec.warmUpSeconds() > 0) {
            sent = pacer.atRate(spec.rate(), spec.warmUpSeconds(), 0, line(injector));
        }
        devices.call(RemoteDevices.task("measure"));
        synchronized (latencies) {
            latencies.reset();
        }
        ServerSample before = sample();
        long fromMs = System.currentTimeMillis();
        long startNs = System.nanoTime();
        pacer.atRate(spec.rate(), spec.seconds(), sent, line(injector));
        double seconds = (System.nanoTime() - startNs) / 1e9;
        long toMs = System.currentTimeMillis();
        ServerSample after = sample();
        ticks.interrupt();
        ticks.join();
        long endNs = System.nanoTime() + SETTLE_MAX_NS;
        JsonNode state = look();
        while (System.nanoTime() < endNs
                && (state.path("working").asBoolean()
                        || state.at("/checks/lost").asLong() > refused.get()
                        // A room gathers acks for some milliseconds: the last are behind the last arrival.
                        || server.acks() - acksBefore < messages - refused.get())) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS / 5);
            state = look();
        }
        ObjectNode traffic = result.putObject("traffic");
        traffic.put("per_second", Math.round(spec.rate() * spec.seconds()) / seconds)
                .put("came_back", state.path("logins").asLong() - loginsBefore)
                .put("came_back_per_second", (state.path("logins").asLong() - loginsBefore) / whole)
                .put("server_cpu_percent", after.cpuPercentSince(before))
                .put("server_cpu_micros_each", after.cpuMicrosSince(before) / (spec.rate() * spec.seconds()))
                .put("server_rss_bytes", after.rssBytes());
        synchronized (latencies) {
            traffic.set("latency", Histograms.toJson(latencies));
            traffic.set("login_latency", Histograms.toJson(logins));
        }
        pauses(json.putObject("gc"), result.putObject("safepoints"), fromMs, toMs);
    }

    private Pacer.Line line(Injector injector) {
        return new Pacer.Line() {
            @Override
            public void send(long number, long dueNs) {
                int device = ThreadLocalRandom.current().nextInt(spec.staying());
                byte[] payload = TestMessage.encode(spec.bytes(), run, device, 1, 0, number, dueNs);
                injector.send(device, devices.handle(device), payload, false, refused::incrementAndGet);
            }

            @Override
            public void flush() {
                injector.flush();
            }
        };
    }

    /** The collector's pauses, and all stops of all threads, while traffic was measured. */
    private void pauses(ObjectNode gc, ObjectNode safepoints, long fromMs, long toMs) throws IOException {
        List<GcLog.Pause> own = GcLog.since(server.gcLog(), fromMs).stream()
                .filter(pause -> pause.atMs() <= toMs)
                .toList();
        summary(gc, own);
        ArrayNode each = gc.putArray("each");
        own.forEach(pause ->
                each.addObject().put("t", (pause.atMs() - fromMs) / 1e3).put("ms", pause.ms()));
        List<GcLog.Safepoint> stops = GcLog.safepointsSince(server.gcLog(), fromMs).stream()
                .filter(stop -> stop.pause().atMs() <= toMs)
                .toList();
        summary(safepoints, stops.stream().map(GcLog.Safepoint::pause).toList());
    }

    private static void summary(ObjectNode json, List<GcLog.Pause> pauses) {
        double[] sorted = pauses.stream().mapToDouble(GcLog.Pause::ms).sorted().toArray();
        json.put("pauses", sorted.length);
        if (sorted.length > 0) {
            json.put("p50_ms", sorted[(sorted.length - 1) / 2])
                    .put("p99_ms", sorted[(int) Math.ceil(sorted.length * 0.99) - 1])
                    .put("max_ms", sorted[sorted.length - 1]);
        }
    }

    // ---- checks
    // --------------------------------------------------------------------------------------------------------------

    private void check(ObjectNode json, Injector injector, long acks) throws IOException, InterruptedException {
        JsonNode state = look();
        ObjectNode unicasts = ((ObjectNode) state.path("checks")).deepCopy();
        unicasts.put("refused", refused.get())
                .put("lost", unicasts.path("lost").asLong() - refused.get())
                .put("acknowledged", acks);
        json.set("unicasts", unicasts);
        json.put("strange", state.path("strange").asLong())
                .put("connected", state.path("connected").asLong())
                .put("lost_connections", state.path("losses").asLong());
        ArrayNode problems = json.putArray("problems");
        for (String problem : List.of(state.path("problem").asText(), injector.problem())) {
            if (!problem.isEmpty()) {
                problems.add(problem);
            }
        }
        json.put("holds", holds(json, spec.connections()));
    }

    static boolean holds(JsonNode checks, int connections) {
        JsonNode unicasts = checks.path("unicasts");
        return unicasts.path("arrived").asLong() == unicasts.path("sent").asLong()
                && unicasts.path("acknowledged").asLong()
                        == unicasts.path("sent").asLong()
                && unicasts.path("lost").asLong() == 0
                && unicasts.path("doubled").asLong() == 0
                && unicasts.path("misdirected").asLong() == 0
                && unicasts.path("refused").asLong() == 0
                && checks.path("strange").asLong() == 0
                && checks.path("lost_connections").asLong() == 0
                && checks.path("connected").asLong() == connections
                && checks.path("problems").isEmpty();
    }

    // ---- the devices
    // ---------------------------------------------------------------------------------------------------------

    private JsonNode look() throws IOException, InterruptedException {
        JsonNode state = devices.call(RemoteDevices.task("tick"));
        series.onTick(0, state);
        synchronized (latencies) {
            latencies.add(Histograms.decode(state.path("unicast_latencies").asText()));
            logins.add(Histograms.decode(state.path("login_latencies").asText()));
        }
        return state;
    }

    private void lookAllTheTime() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void watch(double seconds) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        while (System.nanoTime() < endNs) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        look();
    }

    /** Has the devices do something, and waits until it is done. */
    private void perform(ObjectNode task) throws IOException, InterruptedException {
        devices.call(task);
        long endNs = System.nanoTime() + TASK_MAX_NS;
        while (look().path("working").asBoolean()) {
            if (System.nanoTime() > endNs) {
                throw new IOException(task.path("do").asText() + " did not end within 30 min");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private ServerSample sample() {
        try {
            return ProcFiles.sample(server.pids());
        } catch (IOException e) {
            throw new UncheckedIOException("the room can't be looked at", e);
        }
    }
}
