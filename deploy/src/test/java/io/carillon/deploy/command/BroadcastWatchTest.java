package io.carillon.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BroadcastWatchTest {
    private final Queue<String> bodies = new ArrayDeque<>();
    private final List<String> lines = new ArrayList<>();
    private final HttpServer server = server();
    private final CenterClient center = new CenterClient(
            List.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort())), "a key");
    private final BroadcastWatch watch = new BroadcastWatch(center, new Progress() {
        @Override
        public void step(String line) {
            lines.add(line);
        }

        @Override
        public void counting(String line) {}
    });

    @AfterEach
    void close() {
        center.close();
        server.stop(0);
    }

    @Test
    void followsABroadcastToItsEndThroughACenterThatFailsOnce() throws Exception {
        bodies.addAll(List.of(state("running", 5), "", state("running", 8), state("finished", 9)));

        assertThat(watch.untilOver("0a")).isTrue();

        assertThat(lines)
                .containsExactly(
                        "running: targeted 10, written 5, acked 1", "finished: targeted 10, written 9, acked 1");
    }

    @Test
    void saysThatItWasCancelled() throws Exception {
        bodies.add(state("cancelled", 3));

        assertThat(watch.untilOver("0a")).isFalse();
    }

    @Test
    void doesNotFollowWhatNobodyKnows() {
        bodies.add("{\"code\":\"not_found\",\"detail\":\"No broadcast.\"}");

        assertThatThrownBy(() -> watch.untilOver("0a"))
                .isInstanceOf(CenterException.class)
                .hasMessage("HTTP 404 not_found: No broadcast.");
    }

    private static String state(String state, int written) {
        return "{\"state\":\"" + state + "\",\"targeted\":10,\"written\":" + written + ",\"acked\":1}";
    }

    /** Answers with one body after the other; an empty one stands for a center that is overloaded. */
    private HttpServer server() {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            made.createContext("/v1/broadcasts/0a", exchange -> {
                String body = bodies.size() > 1 ? bodies.remove() : bodies.element();
                int status = body.isEmpty() ? 503 : body.contains("not_found") ? 404 : 200;
                byte[] bytes = (body.isEmpty() ? "{}" : body).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            made.start();
            return made;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
