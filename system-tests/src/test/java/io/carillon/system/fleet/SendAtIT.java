package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.deploy.traffic.Devices;
import io.carillon.sdk.Message;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages and broadcasts with {@code send_at}, whose center is gone by then. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendAtIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration AHEAD = Duration.ofSeconds(8);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("send-at");
    }

    @AfterAll
    void stop() throws Exception {
        fleet.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"center-1", "center-2"})
    void bothComeOnceAtTheirTimeAlthoughTheCenterThatTookThemIsKilled(String victim) throws Exception {
        List<String> users = RunningFleet.users("later-" + victim, 20);
        Arrivals arrivals = new Arrivals();
        try (Devices devices = fleet.devices(arrivals)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> arrivals.connected.containsAll(users));
            Instant sendAt = Instant.now().plus(AHEAD);
            try (CenterClient center = onlyCenter(victim)) {
                ObjectNode options = JsonNodeFactory.instance.objectNode().put("send_at", sendAt.toString());
                CenterClient.Answer taken =
                        center.message(users, "message", options, null).join();
                String recalled = messageId(center.message(users.subList(0, 1), "recalled", options, null)
                        .join());
                assertThat(scheduled(center, recalled)).isEqualTo("scheduled");
                assertThat(center.delete("/v1/messages/" + recalled).status()).isEqualTo(200);
                assertThat(scheduled(center, recalled)).isEqualTo("recalled");
                ObjectNode everybody = options.deepCopy().put("payload", "broadcast");
                everybody.putObject("audience").put("all", true);
                CenterClient.Answer broadcast = center.post("/v1/broadcasts", everybody);

                fleet.kill(victim);

                assertThat(taken.status()).as(taken.problem()).isEqualTo(200);
                assertThat(taken.body().path("results"))
                        .allSatisfy(result ->
                                assertThat(result.path("status").asText()).isEqualTo("scheduled"));
                assertThat(broadcast.status()).as(broadcast.problem()).isEqualTo(202);
            }
            assertThat(Instant.now()).as("it was gone before their time").isBefore(sendAt);

            await().atMost(LIMIT).until(() -> arrivals.times("message").size() == users.size());
            await().atMost(LIMIT).until(() -> arrivals.times("broadcast").size() == users.size());
            fleet.startAgain(victim);

            for (String kind : List.of("message", "broadcast")) {
                assertThat(arrivals.times(kind)).as(kind).containsOnlyKeys(users);
                assertThat(arrivals.times(kind).values()).as(kind).allSatisfy(times -> assertThat(times)
                        .singleElement()
                        .satisfies(at -> assertThat(at).isAfterOrEqualTo(sendAt)));
            }
            assertThat(arrivals.times("recalled")).isEmpty();
        }
    }

    private static String messageId(CenterClient.Answer answer) {
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
        return answer.body().path("results").get(0).path("message_id").asText();
    }

    private static String scheduled(CenterClient center, String id) throws Exception {
        CenterClient.Answer answer = center.get("/v1/messages/" + id);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
        return answer.body().path("state").asText();
    }

    private CenterClient onlyCenter(String name) throws FleetException {
        FleetState state = fleet.state();
        URI center = URI.create("http://" + state.member(name).orElseThrow().address("http"));
        return new CenterClient(List.of(center), state.credentials().apiKey());
    }

    /** When what came to whose listener. Thread-safe. */
    private static final class Arrivals implements DeviceEvents {
        private final Set<String> connected = ConcurrentHashMap.newKeySet();
        private final Map<String, Map<String, List<Instant>>> byText = new ConcurrentHashMap<>();

        @Override
        public void connected(String user, String room) {
            connected.add(user);
        }

        @Override
        public void message(String user, Message message) {
            Instant now = Instant.now();
            times(message.text())
                    .merge(user, List.of(now), (before, one) -> Stream.concat(before.stream(), one.stream())
                            .toList());
        }

        Map<String, List<Instant>> times(String text) {
            return byText.computeIfAbsent(text, any -> new ConcurrentHashMap<>());
        }
    }
}
