package io.carillon.bench.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.runtime.logging.Logging;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A load process: reads tasks as lines of JSON from standard input, {@code {"id":1,"do":"connect",…}}, each answered by a
 * line with the same id, {@code {"id":1,"ok":{…}}} or {@code {"id":1,"error":"…"}}. Beside answers it writes events:
 * {@code {"event":"tick",…}} twice a second and {@code {"event":"broadcast",…}} when one has come to all of its devices.
 * It ends with its standard input.
 */
public final class WorkerMain {
    private static final long TICK_MS = 500;

    private final ObjectMapper mapper = new ObjectMapper();
    private final PrintStream out;
    private final ExecutorService tasks = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("task-", 0).daemon().factory());
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ticks").daemon().factory());
    private volatile @Nullable Worker worker;

    WorkerMain(PrintStream out) {
        this.out = out;
    }

    void serve(BufferedReader in) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode task = mapper.readTree(line);
            if (task.path("do").asText().equals("quit")) {
                break;
            }
            tasks.execute(() -> perform(task));
        }
        ticks.shutdownNow();
        Worker running = worker;
        if (running != null) {
            running.close();
        }
    }

    private void perform(JsonNode task) {
        ObjectNode line = mapper.createObjectNode().put("id", task.path("id").asLong());
        try {
            line.set("ok", run(task));
        } catch (Exception | AssertionError e) {
            line.put("error", String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
        write(line);
    }

    private ObjectNode run(JsonNode task) throws Exception {
        String what = task.path("do").asText();
        if (what.equals("setup")) {
            setUp(WorkerSetup.of(task.path("setup")));
            return mapper.createObjectNode();
        }
        Worker ready = worker;
        if (ready == null) {
            throw new IllegalStateException(what + ": before setup");
        }
        return switch (what) {
            case "connect" -> ready.connect(task);
            case "cut" -> ready.cut(task);
            case "read" -> ready.read(task);
            case "flap" -> ready.flap(task);
            case "unicast" -> ready.unicast(task);
            case "uplink" -> ready.uplink(task);
            case "begin-broadcasts" -> ready.beginBroadcasts(task);
            case "report" -> ready.report(task);
            default -> throw new IllegalArgumentException("do: " + what + " (expected: a task)");
        };
    }

    private void setUp(WorkerSetup setup) throws Exception {
        Worker made = new Worker(
                setup,
                (number, firstNs, lastNs) -> write(mapper.createObjectNode()
                        .put("event", "broadcast")
                        .put("number", number)
                        .put("first_ns", firstNs)
                        .put("last_ns", lastNs)));
        worker = made;
        ticks.scheduleAtFixedRate(
                () -> write(made.tick().put("event", "tick")), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    private void write(ObjectNode line) {
        try {
            String text = mapper.writeValueAsString(line);
            synchronized (out) {
                out.println(text);
                out.flush();
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void main(String[] args) throws IOException {
        Logging.configureCommand();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        // What is logged must not come between the lines of the protocol.
        System.setOut(System.err);
        new WorkerMain(out).serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        System.exit(0);
    }
}
