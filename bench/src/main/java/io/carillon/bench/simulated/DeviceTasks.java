package io.carillon.bench.simulated;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.load.OpenLoop;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the load tool has the simulated devices do. A task that takes time goes on behind its answer; {@code tick} tells whether one
 * does. Tasks come one at a time.
 */
final class DeviceTasks implements AutoCloseable {
    private static final long PING_TICK_MS = 50;
    private static final int PASSES_MAX = 5;
    /** Below the rate at which a room with the defaults answers BUSY. */
    private static final double LOGIN_RATE = 15_000;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Consumer<Channel> entrance;
    private final EventLoopGroup loops;
    private final ScheduledExecutorService pings = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("pings").daemon().factory());
    private @Nullable SimulatedDevices devices;
    private @Nullable Thread work;
    private volatile boolean pinging = true;
    private volatile String failure = "";

    DeviceTasks(Consumer<Channel> entrance, EventLoopGroup loops) {
        this.entrance = entrance;
        this.loops = loops;
    }

    /** @param json {@code do}, and what that needs */
    String perform(String json) {
        try {
            JsonNode task = mapper.readTree(json);
            String what = task.path("do").asText();
            if (what.equals("setup")) {
                setUp(SimulatedSetup.of(task.path("setup").toString()));
                return "{}";
            }
            SimulatedDevices all = devices;
            if (all == null) {
                throw new IllegalStateException(what + ": before setup");
            }
            switch (what) {
                case "connect" -> begin(() -> connect(all, task.path("to").asInt()));
                case "flap" -> begin(() -> flap(all, task));
                case "pings" -> pinging = task.path("on").asBoolean();
                case "expect" -> expect(all, task.path("count").asInt());
                case "measure" -> all.unicastLatencies.begin();
                case "tick" -> {}
                default -> throw new IllegalArgumentException("do: " + what + " (expected: a task)");
            }
            return mapper.writeValueAsString(state(all));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("task: " + e.getOriginalMessage() + " (expected: JSON)", e);
        }
    }

    private void setUp(SimulatedSetup setup) {
        try {
            Handles file = new Handles(Path.of(setup.handles()), setup.devices());
            SimulatedDevices made = new SimulatedDevices(setup, entrance, file);
            devices = made;
            pings.scheduleAtFixedRate(new PingWalk(made, setup), PING_TICK_MS, PING_TICK_MS, TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException("handles: " + setup.handles() + " can't be mapped", e);
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void begin(Work what) {
        if (working()) {
            throw new IllegalStateException("a task is under way (expected: one at a time)");
        }
        work = Thread.ofPlatform().name("devices").daemon().start(() -> {
            try {
                what.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failure = e.toString();
            }
        });
    }

    private boolean working() {
        return work != null && work.isAlive();
    }

    /** Those that were refused come again, some times. */
    private static void connect(SimulatedDevices all, int to) throws InterruptedException {
        for (int pass = 0; pass < PASSES_MAX && all.connected.sum() < to; pass++) {
            new OpenLoop(LOGIN_RATE).run((double) to / LOGIN_RATE, 0, (device, dueNs) -> comeBack(all, device));
            all.awaitLogins();
        }
    }

    /** One after another hangs up, and comes back a second later. */
    private static void flap(SimulatedDevices all, JsonNode task) throws InterruptedException {
        int from = task.path("from").asInt();
        int count = task.path("to").asInt() - from;
        double rate = task.path("rate").asDouble();
        int away = Math.max(1, Math.min(count / 2, (int) rate));
        int turns = new OpenLoop(rate).run(task.path("seconds").asDouble(), 0, (number, dueNs) -> {
            all.hangUp(from + number % count);
            if (number >= away) {
                comeBack(all, from + (number - away) % count);
            }
        });
        for (int number = Math.max(0, turns - away); number < turns; number++) {
            all.logIn(from + number % count);
        }
        all.awaitLogins();
    }

    private static void comeBack(SimulatedDevices all, int device) {
        try {
            all.logIn(device);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void expect(SimulatedDevices all, int count) {
        all.unicasts.take(count);
    }

    private ObjectNode state(SimulatedDevices all) {
        ObjectNode state = mapper.createObjectNode()
                .put("working", working())
                .put("connected", all.connected.sum())
                .put("logins", all.loginCount.sum())
                .put("unicasts", all.unicasts.arrived())
                .put("losses", all.losses.sum())
                .put("pongs", all.pongs.sum())
                .put("strange", all.strange.sum())
                .put("problem", failure.isEmpty() ? all.problem() : failure)
                .put("unicast_latencies", Histograms.encode(all.unicastLatencies.look()))
                .put("broadcast_latencies", Histograms.encode(Histograms.empty()))
                .put("login_latencies", Histograms.encode(all.loginLatencies.look()))
                .put("heap_bytes_each", SimulatedDevices.HEAP_BYTES_EACH);
        state.set("checks", all.unicasts.toJson());
        return state;
    }

    /** Walks over all devices once an interval; while pings are off it stands still. */
    private final class PingWalk implements Runnable {
        private final SimulatedDevices all;
        private final int count;
        private final double perTick;
        private double at;

        PingWalk(SimulatedDevices all, SimulatedSetup setup) {
            this.all = all;
            this.count = setup.devices();
            this.perTick = (double) setup.devices() * PING_TICK_MS / TimeUnit.SECONDS.toMillis(setup.pingSeconds());
        }

        @Override
        public void run() {
            if (!pinging) {
                return;
            }
            int from = (int) at;
            at = Math.min(at + perTick, count);
            int to = (int) at;
            if (at >= count) {
                at = 0;
            }
            if (to > from) {
                loops.forEach(loop -> loop.execute(() -> all.ping(from, to)));
            }
        }
    }

    @Override
    public void close() {
        pings.shutdownNow();
        if (work != null) {
            work.interrupt();
        }
        // What is mapped stays so until the process ends: loops may still write to it.
    }
}
