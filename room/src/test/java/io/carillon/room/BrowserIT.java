package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.SessionEntry;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of docs/browser in a real browser. */
@Tag("browser")
@Tag("slow")
class BrowserIT {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Path browser() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no browser on PATH (expected: one of " + NAMES
                        + "; ./carillon test leaves this test out where there is none)"));
    }

    private static Process open(String url, Path directory, Path log) throws IOException {
        return new ProcessBuilder(
                        browser().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--enable-logging=stderr",
                        "--user-data-dir=" + directory.resolve("profile"),
                        url)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static void close(Process process) throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        children.forEach(child -> child.onExit().join());
    }

    @Test
    void thePageLogsInReceivesAcknowledgesAndStays(@TempDir Path directory) throws Exception {
        RunningRoom running = new RunningRoom(directory, """
                session:
                  heartbeat-min: 1s
                  heartbeat-grace: 10s
                listeners:
                  - bind: 127.0.0.1:0
                    transport: ws
                """);
        Path page = Path.of("..", "docs", "browser", "index.html").toRealPath();
        Path log = directory.resolve("browser.log");
        running.fleet.store("browser", 1, "hello browser");
        Process chromium = open(
                page.toUri() + "?ping=1&url=ws://127.0.0.1:" + running.port(0) + "/v1/connect&token="
                        + TestTokens.of("demo", "browser"),
                directory,
                log);
        try {
            await().atMost(PATIENCE).until(() -> running.fleet.sessions.containsKey("browser"));
            await().atMost(PATIENCE).until(() -> running.fleet.isEmpty("browser"));
            long connection = connection(running);
            // Without its pings it would be closed within 11.5 seconds.
            await().atMost(PATIENCE).until(() -> Files.readString(log).split("carillon: pong", -1).length > 14);
            assertThat(connection(running)).isEqualTo(connection);
            assertThat(Files.readString(log))
                    .contains("carillon: connected as browser")
                    .contains("carillon: message hello browser");
        } finally {
            close(chromium);
            running.stop();
        }
    }

    private static long connection(RunningRoom running) {
        SessionEntry session = Objects.requireNonNull(running.fleet.sessions.get("browser"));
        return session.getConnectionId();
    }
}
