package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.target.Target;
import io.carillon.bench.wire.Links;
import io.carillon.bench.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** The load processes of a scenario, as many as its connections need. Thread-safe. */
final class Crew implements AutoCloseable {
    private static final long TASK_MINUTES_MAX = 30;

    private final List<Member> members = new ArrayList<>();
    private final int run = ThreadLocalRandom.current().nextInt();

    /** A load process, and which of the devices are its own. */
    record Member(int number, WorkerProcess process, int firstDevice, int devices) {
        /** How many of its devices belong to the first {@code count} of all. */
        int among(int count) {
            return Math.clamp((long) count - firstDevice, 0, devices);
        }

        /** The first of its devices that belongs to the last {@code share} of them. */
        int edge(double share) {
            return devices - (int) Math.round(devices * share);
        }
    }

    /**
     * Starts them and tells them of the server.
     *
     * @param broadcastShare of the devices, those that are to get broadcasts
     * @param onEvent told of each event and the number of its process, on threads that must not be blocked
     */
    Crew(Target target, ScenarioSpec spec, double broadcastShare, Path log, BiConsumer<Integer, JsonNode> onEvent)
            throws IOException, InterruptedException {
        int processes = (spec.connections() + Links.PER_PROCESS_MAX - 1) / Links.PER_PROCESS_MAX;
        String prefix = userPrefix();
        List<CompletableFuture<JsonNode>> setups = new ArrayList<>();
        try {
            int first = 0;
            for (int i = 0; i < processes; i++) {
                int devices = (spec.connections() - first) / (processes - i);
                int number = i;
                Member member =
                        new Member(i, new WorkerProcess(log, event -> onEvent.accept(number, event)), first, devices);
                members.add(member);
                setups.add(member.process.call(setup(target, spec, prefix, member, broadcastShare)));
                first += devices;
            }
            setups.forEach(Crew::await);
        } catch (RuntimeException e) {
            close();
            throw new IOException(e.getMessage(), e);
        }
    }

    /** What the names of this run's users begin with. */
    String userPrefix() {
        return "b" + Integer.toUnsignedString(run, 36);
    }

    private ObjectNode setup(Target target, ScenarioSpec spec, String prefix, Member member, double broadcastShare) {
        ObjectNode setup = JsonNodeFactory.instance
                .objectNode()
                .put("worker", member.number)
                .put("run", run)
                .put("prefix", prefix)
                .put("first-device", spec.firstDevice() + member.firstDevice)
                .put("devices", member.devices)
                .put("broadcast-devices", member.edge(1 - broadcastShare))
                .put("logins-in-flight", spec.loginsInFlight())
                .put("ping-ms", spec.ping().toMillis())
                .put("qos", spec.qos())
                .put("tls", spec.tls().word());
        setup.set("target", json(target));
        ObjectNode task = task("setup");
        task.set("setup", setup);
        return task;
    }

    private static JsonNode json(Target target) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("kind", target.kind().toString())
                .put("trust", target.trust())
                .put("rpc", target.rpc())
                .put("rpc-secret", target.rpcSecret())
                .put("api-key", target.apiKey())
                .put("app", target.app())
                .put("key-id", target.keyId())
                .put("client-secret", target.clientSecret())
                .put("durability", target.durability());
        json.set("listeners", new ObjectMapper().valueToTree(target.listeners()));
        json.set("tls-listeners", new ObjectMapper().valueToTree(target.tlsListeners()));
        json.set("center", new ObjectMapper().valueToTree(target.center()));
        return json;
    }

    static ObjectNode task(String what) {
        return JsonNodeFactory.instance.objectNode().put("do", what);
    }

    int run() {
        return run;
    }

    List<Member> members() {
        return members;
    }

    int devices() {
        return members.stream().mapToInt(Member::devices).sum();
    }

    /** Has every member do something, and waits for all. */
    Answers all(Function<Member, ObjectNode> task) {
        return begin(task).await();
    }

    /** Has every member begin something. */
    Pending begin(Function<Member, ObjectNode> task) {
        List<CompletableFuture<JsonNode>> calls = new ArrayList<>();
        members.forEach(member -> calls.add(member.process.call(task.apply(member))));
        return new Pending(calls);
    }

    /** Something under way. */
    record Pending(List<CompletableFuture<JsonNode>> calls) {
        Answers await() {
            return new Answers(calls.stream().map(Crew::await).toList());
        }
    }

    /** What the members answered, put together. */
    record Answers(List<JsonNode> each) {
        double sum(String key) {
            return each.stream().mapToDouble(one -> one.at(key).asDouble()).sum();
        }

        double max(String key) {
            return each.stream()
                    .mapToDouble(one -> one.at(key).asDouble())
                    .max()
                    .orElse(0);
        }

        Histogram merged(String key) {
            Histogram all = Histograms.empty();
            each.forEach(one -> all.add(Histograms.decode(one.at(key).asText())));
            return all;
        }
    }

    private static JsonNode await(CompletableFuture<JsonNode> call) {
        try {
            return call.get(TASK_MINUTES_MAX, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IllegalStateException(cause == null ? e.toString() : cause.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("a load process does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        members.forEach(member -> member.process.close());
    }
}
