package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.sample.ServerSample;
import io.carillon.bench.wire.TlsKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What each kind of scenario does. Devices are connected here, and cut by the end of their processes. */
final class Scenarios {
    private static final double HALF = 0.5;

    private Scenarios() {}

    static void run(Stage stage) throws IOException, InterruptedException {
        switch (stage.spec().kind()) {
            case CONNECT -> connect(stage);
            case IDLE -> IdleScenario.run(stage);
            case UNICAST -> unicast(stage);
            case BROADCAST -> broadcast(stage);
            case UPLINK -> uplink(stage);
            case STORM -> storm(stage);
            case FLAP -> flap(stage);
            case SLOW_READER -> slowReader(stage);
            case MIXED -> mixed(stage);
        }
    }

    /** All connect, all are cut, some times over. Where TLS sessions are resumed, once more before that: for the tickets. */
    private static void connect(Stage stage) throws IOException, InterruptedException {
        List<Double> rates = new ArrayList<>();
        List<Double> costs = new ArrayList<>();
        if (stage.spec().tls() == TlsKind.RESUMED) {
            stage.connectAll();
            stage.result().set("for_tickets", stage.result().path("connect").deepCopy());
            cutAll(stage);
        }
        ArrayNode rounds = stage.result().putArray("rounds");
        for (int i = 0; i < stage.spec().rounds(); i++) {
            stage.connectAll();
            ObjectNode round = ((ObjectNode) stage.result().path("connect")).deepCopy();
            rounds.add(round);
            rates.add(round.path("per_second").asDouble());
            costs.add(round.path("server_cpu_micros_each").asDouble());
            stage.progress().accept("  round %d: %,.0f logins/s".formatted(i + 1, rates.getLast()));
            if (i + 1 < stage.spec().rounds()) {
                cutAll(stage);
            }
        }
        rates.sort(null);
        costs.sort(null);
        stage.result().put("per_second", rates.get(rates.size() / 2)).put("best_per_second", rates.getLast());
        if (costs.getFirst() > 0) {
            stage.result().put("server_cpu_micros_each_median", costs.get(costs.size() / 2));
        }
    }

    private static void cutAll(Stage stage) throws InterruptedException {
        stage.crew().all(member -> Crew.task("cut"));
        TimeUnit.SECONDS.sleep(2);
    }

    /** As many as can be, then at half of that, or at a given rate. */
    private static void unicast(Stage stage) throws IOException {
        stage.connectAll();
        ScenarioSpec spec = stage.spec();
        double rate = spec.rate();
        // What "most" has not warmed up, the steady phase has to.
        double warmUp = rate == 0 ? 1 : Math.max(1, spec.warmUpSeconds());
        if (rate == 0) {
            ServerSample before = stage.sample();
            Crew.Answers most = stage.beginUnicast(0, spec.seconds(), spec.warmUpSeconds(), 0)
                    .await();
            ObjectNode json = stage.result().putObject("most");
            stage.unicast(json, most, 0);
            double share = spec.seconds() / (spec.seconds() + spec.warmUpSeconds());
            stage.cost(json, before, (long) (most.sum("/arrived") / share));
            stage.result().put("per_second", json.path("per_second").asDouble());
            rate = json.path("per_second").asDouble() * HALF;
        }
        ServerSample before = stage.sample();
        Crew.Answers steady =
                stage.beginUnicast(rate, spec.seconds(), warmUp, 0).await();
        ObjectNode json = stage.result().putObject("steady");
        stage.unicast(json, steady, rate);
        stage.cost(json, before, (long) (steady.sum("/arrived") * (spec.seconds() + warmUp) / spec.seconds()));
    }

    /** One alone, some times; then several at a time. */
    private static void broadcast(Stage stage) throws IOException, InterruptedException {
        stage.connectAll();
        ScenarioSpec spec = stage.spec();
        stage.broadcasts().sustained(Math.max(1, spec.warmUpSeconds()));
        List<Double> singles = new ArrayList<>();
        for (int i = 0; i < spec.single(); i++) {
            TimeUnit.MILLISECONDS.sleep(300);
            singles.add(stage.broadcasts().single() * 1_000);
        }
        singles.sort(null);
        if (!singles.isEmpty()) {
            ArrayNode each = stage.result().putArray("single_last_ms");
            singles.forEach(each::add);
            stage.result().put("single_last_ms_median", singles.get(singles.size() / 2));
        }
        stage.crew().all(member -> Crew.task("begin-broadcasts"));
        sustained(stage, spec.seconds());
    }

    private static void sustained(Stage stage, double seconds) throws InterruptedException {
        ServerSample before = stage.sample();
        Broadcasts.Phase phase = stage.broadcasts().sustained(seconds);
        long deliveries = phase.completed() * stage.spec().connections();
        ObjectNode json = stage.result().putObject("sustained");
        json.put("broadcasts", phase.completed())
                .put("deliveries", deliveries)
                .put("seconds", phase.seconds())
                .put("per_second", deliveries / phase.seconds());
        stage.cost(json, before, deliveries);
        stage.result().put("per_second", deliveries / phase.seconds());
    }

    private static void uplink(Stage stage) throws IOException {
        stage.connectAll();
        ServerSample before = stage.sample();
        Crew.Answers answers =
                beginUplink(stage, stage.spec().rate(), stage.spec().seconds()).await();
        ObjectNode json = stage.result();
        json.put("per_second", answers.sum("/per_second"))
                .put("sent", (long) answers.sum("/sent"))
                .put("uplinks_lost", (long) answers.sum("/lost"));
        json.set("latency", Histograms.toJsonWhole(answers.merged("/latencies")));
        stage.cost(json, before, (long) answers.sum("/sent"));
    }

    private static Crew.Pending beginUplink(Stage stage, double rate, double seconds) {
        return stage.crew().begin(member -> Crew.task("uplink")
                .put("bytes", stage.spec().bytes())
                .put("rate", Math.max(1, rate) * member.devices() / stage.crew().devices())
                .put("seconds", seconds));
    }

    /** A share is cut at once and comes back, while messages go on to the others. */
    private static void storm(Stage stage) throws IOException, InterruptedException {
        stage.connectAll();
        ScenarioSpec spec = stage.spec();
        double rate = Math.max(1, spec.rate());
        Crew.Answers calm = stage.beginUnicast(rate, spec.seconds() / 2, spec.warmUpSeconds(), spec.share())
                .await();
        stage.unicast(stage.result().putObject("calm"), calm, rate);
        Crew.Pending during = stage.beginUnicast(rate, spec.seconds(), 0, spec.share());
        TimeUnit.SECONDS.sleep(1);
        long startNs = System.nanoTime();
        stage.crew().all(member -> Crew.task("cut").put("from", member.edge(spec.share())));
        ObjectNode back = stage.connect(spec.connections(), "back");
        back.put("seconds_from_cut", (System.nanoTime() - startNs) / 1e9);
        stage.unicast(stage.result().putObject("during"), during.await(), rate);
        stage.result().put("per_second", back.path("per_second").asDouble());
    }

    /** A share comes and goes, one after another, while messages go on to the others. */
    private static void flap(Stage stage) throws IOException {
        stage.connectAll();
        ScenarioSpec spec = stage.spec();
        double rate = Math.max(1, spec.rate());
        Crew.Answers calm = stage.beginUnicast(rate, spec.seconds() / 2, spec.warmUpSeconds(), spec.share())
                .await();
        stage.unicast(stage.result().putObject("calm"), calm, rate);
        Crew.Pending flaps = beginFlaps(stage);
        stage.unicast(
                stage.result().putObject("during"),
                stage.beginUnicast(rate, spec.seconds(), 0, spec.share()).await(),
                rate);
        flaps(stage, flaps.await());
    }

    private static Crew.Pending beginFlaps(Stage stage) {
        ScenarioSpec spec = stage.spec();
        return stage.crew().begin(member -> Crew.task("flap")
                .put("from", member.edge(spec.share()))
                .put("rate", spec.flapRate() * member.devices() / stage.crew().devices())
                .put("seconds", spec.seconds()));
    }

    private static void flaps(Stage stage, Crew.Answers answers) {
        ObjectNode json = stage.result().putObject("flaps");
        json.put("flaps", (long) answers.sum("/flaps")).put("resumed", (long) answers.sum("/resumed"));
        json.set("latency", Histograms.toJsonWhole(answers.merged("/latencies")));
    }

    /** A share does not read what comes for it, while messages go on to the others. */
    private static void slowReader(Stage stage) throws IOException {
        stage.connectAll();
        ScenarioSpec spec = stage.spec();
        double rate = Math.max(1, spec.rate());
        Crew.Answers calm = stage.beginUnicast(rate, spec.seconds() / 2, spec.warmUpSeconds(), spec.share())
                .await();
        stage.unicast(stage.result().putObject("calm"), calm, rate);
        stage.crew()
                .all(member ->
                        Crew.task("read").put("from", member.edge(spec.share())).put("reading", false));
        ServerSample before = stage.sample();
        Crew.Pending flood = stage.crew().begin(member -> Crew.task("unicast")
                .put("from", member.edge(spec.share()))
                .put("bytes", Math.max(spec.bytes(), 4_096))
                .put("qos", 0)
                .put("checked", false)
                .put("rate", rate * member.devices() / stage.crew().devices())
                .put("seconds", spec.seconds()));
        ObjectNode json = stage.result().putObject("during");
        stage.unicast(
                json, stage.beginUnicast(rate, spec.seconds(), 0, spec.share()).await(), rate);
        flood.await();
        stage.cost(json, before, 0);
        Crew.Answers after = stage.crew().all(member -> Crew.task("report"));
        json.put("closed", stage.spec().connections() - (long) after.sum("/connected"));
    }

    /** Messages, broadcasts, uplinks, and some that come and go. */
    private static void mixed(Stage stage) throws IOException, InterruptedException {
        stage.connectAll();
        ScenarioSpec spec = stage.spec();
        double rate = Math.max(1, spec.rate());
        ServerSample before = stage.sample();
        Crew.Pending unicasts = stage.beginUnicast(rate, spec.seconds(), 0, spec.share());
        Crew.Pending uplinks = stage.crew().begin(member -> Crew.task("uplink")
                .put("to", member.edge(spec.share()))
                .put("bytes", spec.bytes())
                .put(
                        "rate",
                        Math.max(1, rate / 10) * member.devices() / stage.crew().devices())
                .put("seconds", spec.seconds()));
        Crew.Pending flaps = beginFlaps(stage);
        long endNs = System.nanoTime() + (long) (spec.seconds() * 1e9);
        List<Double> broadcasts = new ArrayList<>();
        while (System.nanoTime() < endNs) {
            broadcasts.add(stage.broadcasts().single() * 1_000);
            TimeUnit.SECONDS.sleep(1);
        }
        stage.unicast(stage.result().putObject("unicast"), unicasts.await(), rate);
        Crew.Answers answers = uplinks.await();
        ObjectNode json = stage.result().putObject("uplink");
        json.put("per_second", answers.sum("/per_second")).put("uplinks_lost", (long) answers.sum("/lost"));
        json.set("latency", Histograms.toJsonWhole(answers.merged("/latencies")));
        flaps(stage, flaps.await());
        broadcasts.sort(null);
        stage.result().put("single_last_ms_median", broadcasts.get(broadcasts.size() / 2));
        stage.cost(stage.result(), before, 0);
    }
}
