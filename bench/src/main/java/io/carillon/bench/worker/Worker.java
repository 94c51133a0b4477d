package io.carillon.bench.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.check.BroadcastCheck;
import io.carillon.bench.check.TestMessage;
import io.carillon.bench.device.DeviceTokens;
import io.carillon.bench.inject.Injector;
import io.carillon.bench.inject.Injectors;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.load.Latencies;
import io.carillon.bench.load.Pacer;
import io.carillon.bench.target.Target;
import io.carillon.bench.wire.CarillonDialect;
import io.carillon.bench.wire.DeviceTls;
import io.carillon.bench.wire.Dialect;
import io.carillon.bench.wire.Links;
import io.carillon.bench.wire.MqttDialect;
import io.carillon.bench.wire.RawDialect;
import io.carillon.bench.wire.TlsKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One load process: its devices, and an injector for messages to them. Tasks may run at the same time. */
final class Worker implements AutoCloseable {
    private static final long SETTLE_MAX_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final WorkerSetup setup;
    private final DevicesOfWorker devices;
    private final @Nullable DeviceTls tls;
    private final Links links;
    private final Injector injector;
    private final AtomicLong uplinksSent = new AtomicLong();
    private volatile boolean stopped;

    Worker(WorkerSetup setup, BroadcastCheck.Listener onBroadcast) throws IOException, InterruptedException {
        this.setup = setup;
        devices = new DevicesOfWorker(setup, onBroadcast);
        List<InetSocketAddress> listeners = setup.target().addresses(setup.tls());
        tls = setup.tls() == TlsKind.NONE
                ? null
                : new DeviceTls(
                        setup.tls(),
                        Path.of(setup.target().trust()),
                        setup.devices(),
                        listeners.getFirst().getPort());
        links = new Links(
                new Links.Settings(
                        listeners,
                        setup.devices(),
                        setup.firstDevice(),
                        setup.threads(),
                        setup.loginsInFlight(),
                        setup.pingMs(),
                        setup.qos() > 0,
                        tls),
                dialect(setup),
                devices);
        injector = Injectors.open(setup.target(), "bench-worker-" + setup.worker(), setup::user);
    }

    private static Dialect dialect(WorkerSetup setup) {
        Target target = setup.target();
        int pingSeconds = (int) Math.min(1_700, setup.pingMs() == 0 ? 1_700 : setup.pingMs() / 1_000 + 1);
        return switch (target.kind()) {
            case BARE_ROOM, FLEET ->
                new CarillonDialect(
                        setup.devices(),
                        setup::user,
                        DeviceTokens.withKey(target.app(), target.keyId(), target.clientSecret()),
                        pingSeconds);
            case C -> new RawDialect(setup.firstDevice());
            case MQTT -> new MqttDialect(setup::user, setup.qos(), pingSeconds);
        };
    }

    /** {@code from, to, rate}: connects devices that are not. Answers how long it took. */
    ObjectNode connect(JsonNode task) throws InterruptedException {
        devices.logins.begin();
        long full = tls == null ? 0 : tls.full();
        long resumed = tls == null ? 0 : tls.resumed();
        long startNs = System.nanoTime();
        links.connect(from(task), to(task), task.path("rate").asDouble());
        ObjectNode answer = answer().put("seconds", (System.nanoTime() - startNs) / 1e9)
                .put("connected", links.connected())
                .put("latencies", Histograms.encode(devices.logins.whole()));
        if (tls != null) {
            answer.put("tls_full", tls.full() - full).put("tls_resumed", tls.resumed() - resumed);
        }
        return answer;
    }

    /** {@code from, to}: ends connections at once. */
    ObjectNode cut(JsonNode task) {
        links.cut(from(task), to(task));
        return answer();
    }

    /** {@code from, to, reading}. */
    ObjectNode read(JsonNode task) {
        links.setReading(from(task), to(task), task.path("reading").asBoolean());
        return answer();
    }

    /** {@code from, to, rate, seconds}: cuts devices one after another, and connects each again. */
    ObjectNode flap(JsonNode task) throws InterruptedException {
        int from = from(task);
        int count = to(task) - from;
        long flaps = 0;
        long startNs = System.nanoTime();
        double perSecond = task.path("rate").asDouble();
        long all = (long) (perSecond * task.path("seconds").asDouble());
        devices.logins.begin();
        while (flaps < all && !stopped) {
            long leftNs = startNs + (long) (flaps * 1e9 / perSecond) - System.nanoTime();
            if (leftNs > 0) {
                LockSupport.parkNanos(leftNs);
            }
            int device = from + (int) (flaps % count);
            links.cut(device, device + 1);
            links.connectAgain(device);
            flaps++;
        }
        links.awaitLogins();
        return answer().put("flaps", flaps)
                .put("resumed", links.resumed())
                .put("latencies", Histograms.encode(devices.logins.whole()));
    }

    /**
     * {@code from, to, bytes, qos, rate, in-flight, seconds, warm-up}: messages to random devices, at a rate or, where it
     * is 0, as many as a number in flight allows; each to as many devices as {@code users-per-request} says.
     */
    ObjectNode unicast(JsonNode task) {
        Load load = new Load(task);
        load.run(load.warmUpSeconds);
        devices.unicastLatencies.begin();
        long before = devices.unicasts.arrived();
        long startNs = System.nanoTime();
        load.run(load.seconds);
        double seconds = (System.nanoTime() - startNs) / 1e9;
        long during = devices.unicasts.arrived() - before;
        settle();
        return answer().put("seconds", seconds)
                .put("arrived", during)
                .put("per_second", during / seconds)
                .put("latencies", Histograms.encode(devices.unicastLatencies.whole()));
    }

    private final class Load implements Pacer.Line {
        private final int from;
        private final int count;
        private final int bytes;
        private final boolean qos0;
        private final boolean checked;
        private final double rate;
        private final int inFlight;
        private final int span;
        private final double seconds;
        private final double warmUpSeconds;
        private final Pacer pacer = new Pacer(() -> stopped);

        Load(JsonNode task) {
            from = from(task);
            count = to(task) - from;
            bytes = task.path("bytes").asInt(256);
            qos0 = task.path("qos").asInt(setup.qos()) == 0;
            checked = task.path("checked").asBoolean(true);
            rate = task.path("rate").asDouble();
            inFlight = task.path("in-flight").asInt(1_000);
            span = Math.clamp(task.path("users-per-request").asInt(1), 1, Math.max(1, count));
            seconds = task.path("seconds").asDouble();
            warmUpSeconds = task.path("warm-up").asDouble();
        }

        void run(double duration) {
            if (rate > 0) {
                pacer.atRate(rate / span, duration, 0, this);
            } else {
                pacer.inFlight(duration, 0, () -> (inFlight - (int) devices.unicasts.underWay()) / span, this);
            }
        }

        @Override
        public void send(long ignored, long dueNs) {
            int device = from + ThreadLocalRandom.current().nextInt(count - span + 1);
            long number = checked ? devices.unicasts.take(span) : -1;
            // What is not checked has another run's number, so that no device takes it for one of this.
            int run = checked ? setup.run() : ~setup.run();
            byte[] payload = TestMessage.encode(bytes, run, device, span, setup.worker(), number, dueNs);
            Injector.Fate fate = checked ? devices.unicasts::onRefused : () -> {};
            if (span == 1) {
                injector.send(device, devices.handle(device), payload, qos0, fate);
            } else {
                injector.sendToSome(device, span, payload, qos0, fate);
            }
        }

        @Override
        public void flush() {
            injector.flush();
        }
    }

    private void settle() {
        long endNs = System.nanoTime() + SETTLE_MAX_NS;
        while (devices.unicasts.underWay() > 0 && System.nanoTime() < endNs && !stopped) {
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    /** {@code from, to, bytes, rate, seconds}: uplinks of one device after another. */
    ObjectNode uplink(JsonNode task) {
        int from = from(task);
        int count = to(task) - from;
        byte[] payload = new byte[task.path("bytes").asInt(256)];
        devices.uplinkLatencies.begin();
        long taken = devices.uplinksTaken.sum();
        long startNs = System.nanoTime();
        new Pacer(() -> stopped)
                .atRate(task.path("rate").asDouble(), task.path("seconds").asDouble(), 0, new Pacer.Line() {
                    @Override
                    public void send(long number, long dueNs) {
                        if (links.uplink(from + (int) (number % count), payload, dueNs)) {
                            uplinksSent.incrementAndGet();
                        }
                    }

                    @Override
                    public void flush() {}
                });
        double seconds = (System.nanoTime() - startNs) / 1e9;
        long during = devices.uplinksTaken.sum() - taken;
        long endNs = System.nanoTime() + SETTLE_MAX_NS;
        while (devices.uplinksTaken.sum() < uplinksSent.get() && System.nanoTime() < endNs && !stopped) {
            LockSupport.parkNanos(LOOK_NS);
        }
        return answer().put("seconds", seconds)
                .put("per_second", during / seconds)
                .put("sent", uplinksSent.get())
                .put("lost", uplinksSent.get() - devices.uplinksTaken.sum())
                .put("latencies", Histograms.encode(devices.uplinkLatencies.whole()));
    }

    /** Begins the measurement of broadcasts anew. */
    ObjectNode beginBroadcasts(JsonNode task) {
        devices.broadcastLatencies.begin();
        return answer();
    }

    /** {@code broadcasts}: how many were sent to all. Answers all counts. */
    ObjectNode report(JsonNode task) {
        ObjectNode answer = answer().put("connected", links.connected())
                .put("strange", devices.strange.sum())
                .put("busy", links.busyAnswers())
                .put("tls_full", tls == null ? 0 : tls.full())
                .put("tls_resumed", tls == null ? 0 : tls.resumed())
                .put("tls_unexpected", tls == null ? 0 : tls.unexpected())
                .put("problem", injector.problem())
                .put("broadcast_latencies", Histograms.encode(devices.broadcastLatencies.whole()));
        answer.set("unicasts", devices.unicasts.toJson());
        answer.set(
                "broadcasts", devices.broadcasts.toJson(task.path("broadcasts").asLong()));
        ObjectNode losses = answer.putObject("losses");
        links.losses().forEach(losses::put);
        return answer;
    }

    /** What goes on, for a progress line and the plots: counts since the start, and latencies since the last tick. */
    ObjectNode tick() {
        return answer().put("connected", links.connected())
                .put("logins", devices.loginCount.sum())
                .put("unicasts", devices.unicasts.arrived())
                .put("broadcasts", devices.broadcasts.arrived())
                .put("uplinks", devices.uplinksTaken.sum())
                .put("unicast_latencies", encoded(devices.unicastLatencies))
                .put("broadcast_latencies", encoded(devices.broadcastLatencies));
    }

    private static String encoded(Latencies latencies) {
        return Histograms.encode(latencies.look());
    }

    private int from(JsonNode task) {
        return Math.clamp(task.path("from").asInt(0), 0, setup.devices());
    }

    private int to(JsonNode task) {
        return Math.clamp(task.path("to").asInt(setup.devices()), 0, setup.devices());
    }

    private static ObjectNode answer() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void close() {
        stopped = true;
        links.close();
        if (tls != null) {
            tls.close();
        }
        injector.close();
    }
}
