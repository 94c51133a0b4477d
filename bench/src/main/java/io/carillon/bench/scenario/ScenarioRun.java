package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.inject.BorrowedWebhooks;
import io.carillon.bench.inject.Injector;
import io.carillon.bench.inject.Injectors;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.sample.GcLog;
import io.carillon.bench.target.MetricsPage;
import io.carillon.bench.target.ServerProcess;
import io.carillon.bench.wire.TlsKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One scenario against one server, from the start of its load processes to its checked result. */
public final class ScenarioRun {
    private static final long ENDPOINT_WAIT_S = 120;
    private static final long ENDPOINT_LOOK_MS = 100;

    private ScenarioRun() {}

    /**
     * @param log of load processes
     * @param progress gets lines for people
     * @return {@code server, kind, spec, result, checks, gc, series}
     */
    public static ObjectNode run(ScenarioSpec spec, ServerProcess server, Path log, Consumer<String> progress)
            throws IOException, InterruptedException {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("server", server.name())
                .put("kind", spec.kind().word())
                .put("at_ms", System.currentTimeMillis());
        ObjectNode specJson = json.putObject("spec");
        specJson.put("connections", spec.connections())
                .put("first_device", spec.firstDevice())
                .put("bytes", spec.bytes())
                .put("qos", spec.qos())
                .put("seconds", spec.seconds())
                .put("ping_seconds", spec.ping().toSeconds())
                .put("tls", spec.tls().word());
        progress.accept(spec.kind().word() + " on " + server.name() + ", " + spec.connections() + " connections"
                + (spec.tls() == TlsKind.NONE ? "" : ", TLS 1.3, " + spec.tls().word()));
        AtomicReference<Broadcasts> broadcasts = new AtomicReference<>();
        long startMs = System.currentTimeMillis();
        MetricsPage before = spec.tls() == TlsKind.NONE ? null : server.metrics();
        try (BorrowedWebhooks webhooks = sendsUplinks(spec) ? BorrowedWebhooks.forUplinks(server.target()) : null;
                Series series = new Series(server.pids(), progress);
                Crew crew = new Crew(server.target(), spec, broadcastShare(spec), log, (member, event) -> {
                    Broadcasts known = broadcasts.get();
                    if (event.path("event").asText().equals("tick")) {
                        series.onTick(member, event);
                    } else if (known != null) {
                        known.onEvent(member, event);
                    }
                });
                Injector injector = Injectors.open(server.target(), "bench-coordinator", Integer::toString)) {
            Broadcasts sender =
                    new Broadcasts(injector, spec, crew.run(), crew.members().size());
            broadcasts.set(sender);
            Stage stage = new Stage(spec, server, crew, injector, sender, json.putObject("result"), progress);
            Scenarios.run(stage);
            check(json.putObject("checks"), stage, before);
            if (webhooks != null) {
                awaitAtEndpoint(stage, webhooks);
            }
            json.set("series", series.points());
        }
        pauses(json.putObject("gc"), server, startMs);
        return json;
    }

    /** The endpoint may be behind: how many came, and how long the last took after the scenario's end. */
    private static void awaitAtEndpoint(Stage stage, BorrowedWebhooks webhooks) throws InterruptedException {
        long sent = stage.result().path("sent").asLong();
        long startNs = System.nanoTime();
        long endNs = startNs + TimeUnit.SECONDS.toNanos(ENDPOINT_WAIT_S);
        long came = webhooks.uplinksOf(stage.crew().userPrefix());
        while (came < sent && System.nanoTime() < endNs) {
            Thread.sleep(ENDPOINT_LOOK_MS);
            came = webhooks.uplinksOf(stage.crew().userPrefix());
        }
        double behind = (System.nanoTime() - startNs) / 1e9;
        stage.result().put("uplinks_at_endpoint", came).put("endpoint_seconds_behind", behind);
        stage.progress()
                .accept("  %,d of %,d uplinks at the endpoint %.1f s after the end".formatted(came, sent, behind));
    }

    private static boolean sendsUplinks(ScenarioSpec spec) {
        return spec.kind() == ScenarioSpec.Kind.UPLINK || spec.kind() == ScenarioSpec.Kind.MIXED;
    }

    /** Those that come and go get no broadcast for certain. */
    private static double broadcastShare(ScenarioSpec spec) {
        return spec.kind() == ScenarioSpec.Kind.MIXED ? 1 - spec.share() : 1;
    }

    private static void check(ObjectNode json, Stage stage, @Nullable MetricsPage before)
            throws IOException, InterruptedException {
        Crew.Answers reports = stage.crew().all(member -> Crew.task("report")
                .put("broadcasts", stage.broadcasts().sent()));
        for (String kind : List.of("unicasts", "broadcasts")) {
            ObjectNode sums = json.putObject(kind);
            reports.each()
                    .getFirst()
                    .path(kind)
                    .fieldNames()
                    .forEachRemaining(key -> sums.put(key, (long) reports.sum("/" + kind + "/" + key)));
        }
        json.put("strange", (long) reports.sum("/strange"));
        json.put("busy", (long) reports.sum("/busy"));
        json.put(
                "uplinks_lost",
                stage.result().path("uplinks_lost").asLong()
                        + stage.result().at("/uplink/uplinks_lost").asLong());
        ArrayNode problems = json.putArray("problems");
        reports.each()
                .forEach(report -> addProblem(problems, report.path("problem").asText()));
        if (stage.spec().tls() != TlsKind.NONE) {
            addProblem(problems, handshakes(json.putObject("tls"), stage, reports, before));
        }
        addProblem(problems, stage.injector().problem());
        ObjectNode losses = json.putObject("lost_connections");
        for (JsonNode report : reports.each()) {
            report.path("losses")
                    .properties()
                    .forEach(loss -> losses.put(
                            loss.getKey(),
                            losses.path(loss.getKey()).asLong()
                                    + loss.getValue().asLong()));
        }
        if (stage.broadcasts().sent() > 0) {
            stage.result().set("broadcast_latency", Histograms.toJsonWhole(reports.merged("/broadcast_latencies")));
        }
        json.put("holds", holds(json, stage.spec().kind()));
    }

    /**
     * How many handshakes were full and resumed, by the devices and by the server where it says so.
     *
     * @param before null: the server does not say
     * @return what is wrong; empty: nothing
     */
    private static String handshakes(ObjectNode json, Stage stage, Crew.Answers reports, @Nullable MetricsPage before)
            throws IOException, InterruptedException {
        long full = (long) reports.sum("/tls_full");
        long resumed = (long) reports.sum("/tls_resumed");
        long unexpected = (long) reports.sum("/tls_unexpected");
        json.put("full", full).put("resumed", resumed).put("unexpected", unexpected);
        MetricsPage now = stage.server().metrics();
        if (before != null && now != null) {
            long fullAtServer = now.handshakes("full") - before.handshakes("full");
            long resumedAtServer = now.handshakes("resumed") - before.handshakes("resumed");
            json.put("server_full", fullAtServer)
                    .put("server_resumed", resumedAtServer)
                    .put("server_failed", now.handshakes("failed") - before.handshakes("failed"));
            // Where devices are cut at any time, one may be gone before the server knows that it was there.
            boolean exact = stage.spec().kind() == ScenarioSpec.Kind.CONNECT
                    || stage.spec().kind() == ScenarioSpec.Kind.IDLE;
            if (exact && (fullAtServer != full || resumedAtServer != resumed)) {
                return "TLS: the server counted %d full and %d resumed handshakes, devices %d and %d"
                        .formatted(fullAtServer, resumedAtServer, full, resumed);
            }
        }
        return unexpected == 0
                ? ""
                : "TLS: %d handshakes were not %s"
                        .formatted(unexpected, stage.spec().tls().word());
    }

    private static void addProblem(ArrayNode problems, String problem) {
        if (!problem.isEmpty()) {
            problems.add(problem);
        }
    }

    /** Whether nothing was lost, doubled, misdirected or refused. Devices that were told to come later are none of that. */
    static boolean holds(JsonNode json, ScenarioSpec.Kind kind) {
        boolean mayLose = kind == ScenarioSpec.Kind.SLOW_READER;
        return json.at("/unicasts/lost").asLong() == 0
                && json.at("/unicasts/doubled").asLong() == 0
                && json.at("/unicasts/misdirected").asLong() == 0
                && json.at("/unicasts/refused").asLong() == 0
                && json.at("/broadcasts/lost").asLong() == 0
                && json.at("/broadcasts/doubled").asLong() == 0
                && json.path("uplinks_lost").asLong() == 0
                && json.path("strange").asLong() == 0
                && json.path("problems").isEmpty()
                && (mayLose || json.path("lost_connections").isEmpty());
    }

    private static void pauses(ObjectNode json, ServerProcess server, long startMs) throws IOException {
        List<GcLog.Pause> pauses = GcLog.since(server.gcLog(), startMs);
        double[] sorted = pauses.stream().mapToDouble(GcLog.Pause::ms).sorted().toArray();
        json.put("pauses", sorted.length);
        if (sorted.length > 0) {
            json.put("p99_ms", sorted[(int) Math.ceil(sorted.length * 0.99) - 1])
                    .put("max_ms", sorted[sorted.length - 1]);
        }
        ArrayNode each = json.putArray("each");
        pauses.forEach(pause ->
                each.addObject().put("t", (pause.atMs() - startMs) / 1e3).put("ms", pause.ms()));
    }
}
