package io.carillon.dispatcher.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.server.Server;
import io.carillon.dispatcher.choice.Directory;
import io.carillon.dispatcher.choice.Nodes;
import io.carillon.dispatcher.place.ClientAddress;
import io.carillon.dispatcher.place.MaxMindFiles;
import io.carillon.dispatcher.place.Places;
import io.carillon.dispatcher.place.PrefixTable;
import io.carillon.dispatcher.place.SiteOrders;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.heartbeat.NetworkGroup;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoomsRouteTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> outcomes = new ArrayList<>();
    private volatile Directory directory = Directory.of(rooms());
    private volatile boolean appsKnown = true;
    private final Server server;

    RoomsRouteTest() throws IOException {
        Places places = new Places(
                PrefixTable.read("p.csv", new StringReader("198.51.100.0/24,north,telecom\n")),
                MaxMindFiles.NONE,
                SiteOrders.read("s.csv", new StringReader("north,telecom,b\nsouth,*,a\n")));
        RoomsRoute route = new RoomsRoute(
                () -> directory,
                new Apps(),
                places,
                new ClientAddress(List.of("127.0.0.0/8")),
                "x-forwarded-for",
                (network, client) -> network == NetworkGroup.CELLULAR ? 100_000 * client.length : 0,
                new AnswerFrame(
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(210),
                        Duration.ofSeconds(590),
                        Duration.ofSeconds(240)),
                new RoomsRoute.LookupListener() {
                    @Override
                    public synchronized void onAnswered(int addresses) {
                        outcomes.add("answered " + addresses);
                    }

                    @Override
                    public synchronized void onRefused(String code) {
                        outcomes.add(code);
                    }
                });
        server = Server.builder().http(0).service("/v1/rooms", route).build();
        server.start().join();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void answersWithRoomsTtlAndHeartbeat() throws Exception {
        HttpResponse<String> response = get("app=demo&device=d-1&network=wifi");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        JsonNode body = JSON.readTree(response.body());
        assertThat(body.get("rooms")).hasSize(8);
        assertThat(body.get("rooms").get(0).properties().stream().map(Map.Entry::getKey))
                .containsExactly("host", "port", "transport", "site");
        assertThat(body.get("ttl_seconds").asInt()).isEqualTo(600);
        assertThat(body.get("heartbeat"))
                .isEqualTo(JSON.readTree("{\"min_seconds\":210,\"max_seconds\":590,\"start_seconds\":240}"));
        assertThat(outcomes).containsExactly("answered 8");
    }

    @Test
    void tellsWhereOthersOnSuchANetworkBeginInsideOfTheRange() throws Exception {
        JsonNode body =
                JSON.readTree(get("app=demo&device=d-1&network=cellular").body());
        assertThat(body.get("heartbeat").get("start_seconds").asInt()).isEqualTo(590);
        assertThat(body.get("rooms")).hasSize(8);
    }

    @Test
    void theTableDecidesTheSiteAndTheClientWhereItIsSilent() throws Exception {
        assertThat(firstSite("198.51.100.7", "")).isEqualTo("b");
        assertThat(firstSite("198.51.100.7", "&region=south&isp=x")).isEqualTo("b");
        assertThat(firstSite("203.0.113.7", "&region=south&isp=x")).isEqualTo("a");
        assertThat(firstSite("203.0.113.7", "&region=north&isp=telecom")).isEqualTo("b");
    }

    @Test
    void givesOnlyTheTransportThatWasAskedFor() throws Exception {
        JsonNode rooms =
                JSON.readTree(get("app=demo&device=d&transport=tls").body()).get("rooms");
        assertThat(rooms)
                .hasSize(8)
                .allMatch(room -> room.get("transport").asText().equals("tls"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device=d | app: missing",
                "app=&device=d | app: missing",
                "app=demo | device: missing",
                "app=demo&device=d&network=lte | network: 'lte' (expected: wifi, cellular or wired)",
                "app=demo&device=d&transport=quic | transport: 'quic' (expected: tcp, tls, ws or wss)",
                "app=demo&device=d&tried=host | tried: 'host' (expected: host:port)",
                "app=demo&device=d&tried=host:0 | tried: 'host:0' (expected: a port from 1 to 65535)"
            })
    void aBadParameterIsNamed(String query, String detail) throws Exception {
        HttpResponse<String> response = get(query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("code").asText()).isEqualTo("bad_parameter");
        assertThat(problem.get("detail").asText()).startsWith(detail);
    }

    @Test
    void tooLongParametersAreRefused() throws Exception {
        assertThat(get("app=" + "a".repeat(65) + "&device=d").statusCode()).isEqualTo(400);
        assertThat(get("app=demo&device=" + "d".repeat(256)).statusCode()).isEqualTo(400);
        assertThat(get("app=demo&device=d&region=" + "r".repeat(65)).statusCode())
                .isEqualTo(400);
        assertThat(get("app=demo&device=d&tried=" + "a:1,".repeat(64) + "a:1").statusCode())
                .isEqualTo(400);
    }

    @Test
    void anUnknownAppIsNotFoundAndNotKnowingAnyIsUnavailable() throws Exception {
        HttpResponse<String> unknown = get("app=nobody&device=d");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(unknown.body()).get("code").asText()).isEqualTo("unknown_app");

        appsKnown = false;
        HttpResponse<String> early = get("app=nobody&device=d");
        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.headers().firstValue("retry-after")).contains("2");
    }

    @Test
    void withoutRoomsItSaysWhenToComeBack() throws Exception {
        directory = Directory.EMPTY;
        HttpResponse<String> response = get("app=demo&device=d");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("retry-after")).contains("5");
        assertThat(JSON.readTree(response.body()).get("code").asText()).isEqualTo("no_rooms");
        assertThat(outcomes).containsExactly("no_rooms");
    }

    @Test
    void onlyGetIsServed() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(uri("app=demo&device=d"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        HttpResponse<String> response = client.send(post, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(JSON.readTree(response.body()).get("code").asText()).isEqualTo("method_not_allowed");
    }

    @Test
    void anyQueryIsAnsweredOrRefusedAndNeverFails() throws Exception {
        Random random = new Random(2);
        String alphabet = "%=&;:,[]ad+20FfpC3é/?#\\\"' ";
        for (int i = 0; i < 1_000; i++) {
            StringBuilder query = new StringBuilder(random.nextBoolean() ? "app=demo&device=d&tried=" : "app=");
            for (int n = random.nextInt(40); n > 0; n--) {
                char next = alphabet.charAt(random.nextInt(alphabet.length()));
                query.append(next == ' ' || next > 126 || next == '#' ? '.' : next);
            }
            assertThat(raw(query.toString())).as(query.toString()).isIn(200, 400, 404);
        }
        assertThat(get("app=demo&device=d").statusCode()).isEqualTo(200);
    }

    /** One request without a client's own checks; the status. */
    private int raw(String query) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            String request = "GET /v1/rooms?" + query + " HTTP/1.1\r\nHost: x\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.setSoTimeout(10_000);
            String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
            return Integer.parseInt(answer.substring(9, 12));
        }
    }

    private String firstSite(String forwardedFor, String more) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("app=demo&device=d" + more))
                .header("X-Forwarded-For", forwardedFor)
                .build();
        return JSON.readTree(client.send(request, BodyHandlers.ofString()).body())
                .get("rooms")
                .get(0)
                .get("site")
                .asText();
    }

    private HttpResponse<String> get(String query) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(query)).build(), BodyHandlers.ofString());
    }

    private URI uri(String query) {
        return URI.create("http://127.0.0.1:" + port() + "/v1/rooms?" + query);
    }

    private int port() {
        return server.activeLocalPort();
    }

    private static List<NodeRecord> rooms() {
        List<NodeRecord> rooms = new ArrayList<>();
        for (String site : List.of("a", "b")) {
            for (int i = 0; i < 10; i++) {
                String host = site + i + ".example";
                rooms.add(Nodes.room(site + i, site, "tcp=" + host + ":80", "tls=" + host + ":443"));
            }
        }
        return rooms;
    }

    private final class Apps implements AppPools {
        @Override
        public @Nullable List<String> pools(String app) {
            return app.equals("demo") && appsKnown ? List.of("default") : null;
        }

        @Override
        public boolean known() {
            return appsKnown;
        }
    }
}
