package io.carillon.bench.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The coordinating end of a load process. Thread-safe. */
public final class WorkerProcess implements AutoCloseable {
    private static final long QUIT_SECONDS = 10;
    private static final List<String> JVM = List.of(
            "-Xmx1g",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=5",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private final ObjectMapper mapper = new ObjectMapper();
    private final Process process;
    private final BufferedWriter in;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private final Consumer<JsonNode> onEvent;

    /** @param onEvent gets events on a thread of the process's own */
    public WorkerProcess(Path log, Consumer<JsonNode> onEvent) throws IOException {
        this.onEvent = onEvent;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), WorkerMain.class.getName()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        in = process.outputWriter();
        Thread.ofPlatform().name("worker-" + process.pid()).daemon().start(this::read);
    }

    private void read() {
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                // A JVM's own warnings come the same way.
                if (line.startsWith("{")) {
                    take(mapper.readTree(line));
                }
            }
        } catch (IOException e) {
            fail("its output can't be read: " + e.getMessage());
            return;
        }
        fail("it has ended");
    }

    private void fail(String why) {
        open.values().forEach(call -> call.completeExceptionally(new IOException("a load process: " + why)));
    }

    private void take(JsonNode line) {
        if (line.has("event")) {
            onEvent.accept(line);
            return;
        }
        CompletableFuture<JsonNode> call = open.remove(line.path("id").asLong());
        if (call == null) {
            return;
        }
        if (line.has("error")) {
            call.completeExceptionally(
                    new IOException("a load process: " + line.path("error").asText()));
        } else {
            call.complete(line.path("ok"));
        }
    }

    /** Has it perform a task; fails with what it says, or when it ends. */
    public CompletableFuture<JsonNode> call(ObjectNode task) {
        long id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        open.put(id, answer);
        try {
            String text = mapper.writeValueAsString(task.put("id", id));
            synchronized (in) {
                in.write(text);
                in.newLine();
                in.flush();
            }
        } catch (IOException e) {
            open.remove(id);
            answer.completeExceptionally(new UncheckedIOException("a load process: " + e.getMessage(), e));
        }
        return answer;
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        try {
            synchronized (in) {
                in.write("{\"do\":\"quit\"}");
                in.newLine();
                in.close();
            }
            if (process.waitFor(QUIT_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // It has ended already, or is ended below.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
