package io.carillon.sdk.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DispatcherClientTest {
    private static final NetworkState HOME = NetworkState.of(NetworkKind.WIFI, "home");

    private final List<String> queries = new CopyOnWriteArrayList<>();
    private final HttpServer server = server();
    private volatile int status = 200;
    private volatile String body =
            "{\"rooms\":[{\"host\":\"a\",\"port\":443,\"transport\":\"tls\"}],\"ttl_seconds\":30}";

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() {
        server.createContext("/v1/rooms", exchange -> {
            queries.add(exchange.getRequestURI().getRawQuery());
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private @Nullable RoomList find(List<URI> dispatchers, List<RoomAddress> tried) {
        List<@Nullable RoomList> answers = new ArrayList<>();
        new DispatcherClient(dispatchers, false, "device", "eu", "", null, Runnable::run)
                .find("my app", HOME, tried, answers::add);
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    @Test
    void asksWithWhatItKnows() {
        RoomList list =
                find(Collections.singletonList(uri()), Arrays.asList(RoomAddress.parse("tls://[2001:db8::1]:80")));
        assertThat(Objects.requireNonNull(list).rooms()).containsExactly(RoomAddress.parse("tls://a:443"));
        assertThat(queries)
                .containsExactly(
                        "app=my+app&device=device&network=wifi&transport=tcp%2Ctls&region=eu&tried=%5B2001%3Adb8%3A%3A1%5D%3A80");
    }

    @Test
    void takesTheNextDispatcherWhenOneIsGone() throws IOException {
        int gone;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = socket.getLocalPort();
        }
        RoomList list = find(Arrays.asList(URI.create("http://127.0.0.1:" + gone), uri()), Collections.emptyList());
        assertThat(list).isNotNull();
    }

    @Test
    void takesAnAnswerThatMakesNoSenseForNone() {
        List<URI> only = Collections.singletonList(uri());
        status = 500;
        assertThat(find(only, Collections.emptyList())).isNull();
        status = 200;
        body = "<html>Welcome to the hotel</html>";
        assertThat(find(only, Collections.emptyList())).isNull();
        char[] long1 = new char[70_000];
        Arrays.fill(long1, ' ');
        body = new String(long1) + "{\"rooms\":[]}";
        assertThat(find(only, Collections.emptyList())).isNull();
    }
}
