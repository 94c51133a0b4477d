package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.inject.Injector;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.sample.ProcFiles;
import io.carillon.bench.sample.ServerSample;
import io.carillon.bench.target.ServerProcess;
import io.carillon.bench.wire.TlsKind;
import java.io.IOException;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a scenario has to work with: the server, the load processes, an injector of its own, and a place for results. */
record Stage(
        ScenarioSpec spec,
        ServerProcess server,
        Crew crew,
        Injector injector,
        Broadcasts broadcasts,
        ObjectNode result,
        Consumer<String> progress) {

    /** Connects every device, and says how that went under {@code connect}. */
    void connectAll() throws IOException {
        connect(spec.connections(), "connect");
        if (result.at("/connect/connected").asInt() < spec.connections()) {
            throw new IOException("only " + result.at("/connect/connected").asInt() + " of " + spec.connections()
                    + " devices are connected");
        }
    }

    /** Connects the first {@code count} of the devices that are not. */
    ObjectNode connect(int count, String key) {
        ServerSample before = sample();
        Crew.Answers answers =
                crew.all(member -> Crew.task("connect").put("from", 0).put("to", member.among(count)));
        Histogram latencies = answers.merged("/latencies");
        ObjectNode json = result.putObject(key);
        double seconds = answers.max("/seconds");
        json.put("connected", (long) answers.sum("/connected"))
                .put("seconds", seconds)
                .put("per_second", latencies.getTotalCount() / seconds);
        json.set("latency", Histograms.toJsonWhole(latencies));
        cost(json, before, latencies.getTotalCount());
        if (spec.tls() != TlsKind.NONE) {
            json.put("tls_full_handshakes", (long) answers.sum("/tls_full"))
                    .put("tls_resumed_handshakes", (long) answers.sum("/tls_resumed"));
        }
        return json;
    }

    /** A look at the server; null where it can't be looked at. */
    @Nullable
    ServerSample sample() {
        try {
            return server.pids().isEmpty() ? null : ProcFiles.sample(server.pids());
        } catch (IOException e) {
            progress.accept("the server can't be looked at: " + e.getMessage());
            return null;
        }
    }

    /** Adds what the server has used since an earlier look, for each of {@code things}. */
    void cost(ObjectNode json, @Nullable ServerSample before, long things) {
        ServerSample now = sample();
        if (now != null && before != null) {
            json.put("server_cpu_percent", now.cpuPercentSince(before))
                    .put("server_system_percent", now.systemPercentSince(before))
                    .put("server_rss_bytes", now.rssBytes());
            if (things > 0) {
                json.put("server_cpu_micros_each", now.cpuMicrosSince(before) / things);
            }
        }
    }

    /** Messages to a share of each process's devices: those before {@code edge(without)}. */
    Crew.Pending beginUnicast(double rate, double seconds, double warmUp, double without) {
        return crew.begin(member -> {
            double part = (double) member.devices() / crew.devices();
            return Crew.task("unicast")
                    .put("from", 0)
                    .put("to", member.edge(without))
                    .put("bytes", spec.bytes())
                    .put("qos", spec.qos())
                    .put("rate", rate * part)
                    .put("users-per-request", spec.usersPerRequest())
                    .put("in-flight", Math.max(1, (int) (spec.inFlight() * part)))
                    .put("seconds", seconds)
                    .put("warm-up", warmUp);
        });
    }

    /** Writes down what messages to single devices did. */
    void unicast(ObjectNode json, Crew.Answers answers, double rate) {
        json.put("rate", rate).put("per_second", answers.sum("/per_second"));
        json.set("latency", Histograms.toJsonWhole(answers.merged("/latencies")));
    }
}
