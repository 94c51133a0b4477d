package io.carillon.bench.scenario;

import io.carillon.bench.target.MetricsPage;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.ProcessIdentity;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What the rooms hold in heap and direct memory, from their metrics, looked at every 100 ms. Heap is what is used, garbage
 * that no collection has taken yet included: a collection is asked for before each look that is to be compared with.
 * Thread-safe.
 */
final class RoomMemory implements AutoCloseable {
    private static final long INTERVAL_MS = 100;
    private static final long COLLECT_LIMIT_S = 30;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
    private final List<FleetState.Member> rooms;
    private final Map<String, Use> before = new LinkedHashMap<>();
    private final Map<String, Use> peak = new LinkedHashMap<>();
    private final Map<String, Rise> rises = new LinkedHashMap<>();

    /**
     * Bytes of one room at one moment.
     *
     * @param heap used, garbage included
     * @param direct of the JVM's own direct buffers
     * @param netty of the network's buffers
     */
    record Use(long heap, long direct, long netty) {
        long total() {
            return heap + direct + netty;
        }

        private static Use of(MetricsPage page) {
            return new Use(
                    page.sum("jvm_memory_used_bytes", "area=\"heap\""),
                    page.sum("jvm_buffer_memory_used_bytes", "id=\"direct\""),
                    page.sum("carillon_netty_direct_used", ""));
        }
    }

    /** The largest rise of one room so far, over its use before. */
    record Rise(Use before, Use peak) {
        long bytes() {
            return peak.total() - before.total();
        }

        @Override
        public String toString() {
            return "before %.1f MiB, peak %.1f MiB: +%.1f (heap %+.1f, direct %+.1f)"
                    .formatted(
                            mib(before.total()),
                            mib(peak.total()),
                            mib(bytes()),
                            mib(peak.heap() - before.heap()),
                            mib(peak.direct() + peak.netty() - before.direct() - before.netty()));
        }

        private static double mib(long bytes) {
            return bytes / (double) (1 << 20);
        }
    }

    RoomMemory(FleetState state) {
        rooms = state.ofRole("room").toList();
        sampler.scheduleWithFixedDelay(this::look, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    }

    /** Has every room collect its garbage, and notes what it holds then. */
    void begin() throws IOException, InterruptedException {
        for (FleetState.Member room : rooms) {
            collect(room);
        }
        synchronized (this) {
            before.clear();
            peak.clear();
            for (FleetState.Member room : rooms) {
                Use now = use(room);
                before.put(room.name(), now);
                peak.put(room.name(), now);
            }
        }
    }

    /** Notes the rise since {@link #begin} where it is the largest so far. */
    synchronized void end() {
        before.forEach((room, then) -> {
            Rise rise = new Rise(then, peak.getOrDefault(room, then));
            rises.merge(room, rise, (one, other) -> one.bytes() >= other.bytes() ? one : other);
        });
        before.clear();
    }

    /** By room. */
    synchronized Map<String, Rise> rises() {
        return new LinkedHashMap<>(rises);
    }

    private void look() {
        for (FleetState.Member room : rooms) {
            try {
                Use now = use(room);
                synchronized (this) {
                    peak.computeIfPresent(room.name(), (name, most) -> now.total() > most.total() ? now : most);
                }
            } catch (IOException e) {
                System.err.println("no metrics of " + room.name() + ": " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private Use use(FleetState.Member room) throws IOException, InterruptedException {
        return Use.of(MetricsPage.of(http, room.address("admin")));
    }

    private static void collect(FleetState.Member room) throws IOException, InterruptedException {
        ProcessIdentity identity = room.identity();
        if (identity == null) {
            throw new IOException(room.name() + " does not run");
        }
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, Long.toString(identity.pid()), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(COLLECT_LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("jcmd " + identity.pid() + " GC.run did not succeed");
        }
    }

    @Override
    public void close() {
        sampler.shutdownNow();
        http.shutdownNow();
    }
}
