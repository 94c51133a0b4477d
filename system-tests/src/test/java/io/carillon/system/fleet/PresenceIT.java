package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.Deliveries;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.WebhookInbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a business is told of its users and messages, while parts of a real fleet are killed. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PresenceIT {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    /** From the kill on; many times the grace. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final int STAYING = 40;
    private static final int LEAVING = 20;

    private final List<String> stayingUsers = RunningFleet.users("stays", STAYING);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private WebhookInbox inbox;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private Devices staying;

    /** One that the receiver was told; versions grow for a user. */
    private record Told(String user, boolean online, long version) {}

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("presence");
        inbox = new WebhookInbox();
        ObjectNode webhooks = new ObjectMapper().createObjectNode();
        webhooks.putArray("uplinks");
        webhooks.putObject("presence").put("url", inbox.url());
        webhooks.putObject("receipts").put("url", inbox.url());
        webhooks.put("secret", inbox.secret());
        CenterClient.Answer answer = fleet.center().put("/v1/webhooks", webhooks);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
        staying = fleet.devices(new Deliveries());
        staying.connect(stayingUsers);
        await().atMost(START_LIMIT).untilAsserted(() -> assertTold(stayingUsers, true));
    }

    @AfterAll
    void stop() throws Exception {
        staying.close();
        inbox.close();
        fleet.close();
    }

    @Test
    void isRightAfterARoomIsKilled() throws Exception {
        whileKilled("room", List.of("room-1"));
    }

    @Test
    void isRightAfterARegisterIsKilled() throws Exception {
        whileKilled("register", List.of("register-1"));
    }

    @Test
    void isRightAfterARoomAndARegisterAreKilledTogether() throws Exception {
        whileKilled("both", List.of("room-2", "register-2"));
    }

    @Test
    void isRightAfterTheCoordinatorIsKilled() throws Exception {
        List<String> leaving = RunningFleet.users("coordinator", LEAVING);
        try (Devices devices = fleet.devices(new Deliveries())) {
            devices.connect(leaving);
            await().atMost(START_LIMIT).untilAsserted(() -> assertTold(leaving, true));
        }
        // In the middle of telling, with some in its hands.
        await().atMost(LIMIT).until(() -> told().stream().anyMatch(one -> leaving.contains(one.user) && !one.online));
        fleet.kill("coordinator-1");
        fleet.startAgain("coordinator-1");

        await().atMost(LIMIT).untilAsserted(() -> assertTold(leaving, false));
        assertTold(stayingUsers, true);
        assertStepsAreInOrder();
    }

    @Test
    void isRightAfterARollingRestartOfRoomsAndRegisters() throws Exception {
        List<String> leaving = RunningFleet.users("rolling", LEAVING);
        try (Devices devices = fleet.devices(new Deliveries())) {
            devices.connect(leaving);
            await().atMost(START_LIMIT).untilAsserted(() -> assertTold(leaving, true));
            fleet.restart("room-1");
            fleet.restart("register-1");
        }
        fleet.restart("room-2");
        fleet.restart("register-2");

        await().atMost(LIMIT).untilAsserted(() -> {
            assertTold(leaving, false);
            assertTold(stayingUsers, true);
        });
        assertStepsAreInOrder();
    }

    @Test
    void saysNothingOfAbsencesShorterThanTheGrace() throws Exception {
        List<String> flapping = RunningFleet.users("flaps", 10);
        for (int i = 0; i < 5; i++) {
            try (Devices devices = fleet.devices(new Deliveries())) {
                devices.connect(flapping);
                await().atMost(START_LIMIT).untilAsserted(() -> assertOnlineByTheApi(flapping));
            }
        }
        await().atMost(LIMIT).untilAsserted(() -> assertTold(flapping, false));
        for (String user : flapping) {
            assertThat(told().stream()
                            .filter(one -> one.user.equals(user))
                            .map(Told::version)
                            .distinct())
                    .as(user)
                    .hasSize(2);
        }
    }

    @Test
    void tellsWhatBecameOfMessages() throws Exception {
        JsonNode online = send(stayingUsers.getFirst());
        JsonNode offline = send("never-seen");

        await().atMost(LIMIT).until(() -> receipts("message.acked")
                .contains(online.path("message_id").asText()));
        await().atMost(LIMIT).until(() -> receipts("message.stored_offline")
                .contains(offline.path("message_id").asText()));
        assertThat(inbox.refused()).as("not signed").isZero();
    }

    /** Of those that lose their room, some come back elsewhere and some do not. */
    private void whileKilled(String prefix, List<String> processes) throws Exception {
        List<String> leaving = RunningFleet.users(prefix, LEAVING);
        Devices devices = fleet.devices(new Deliveries());
        long killedNs;
        try {
            devices.connect(leaving);
            await().atMost(START_LIMIT).untilAsserted(() -> assertTold(leaving, true));
            killedNs = System.nanoTime();
            for (String process : processes) {
                fleet.kill(process);
            }
        } finally {
            devices.close();
        }
        try {
            await().atMost(LIMIT).untilAsserted(() -> {
                assertTold(leaving, false);
                assertTold(stayingUsers, true);
            });
            assertThat(Duration.ofNanos(System.nanoTime() - killedNs)).isGreaterThan(GRACE.minusSeconds(5));
        } finally {
            for (String process : processes) {
                fleet.startAgain(process);
            }
        }
        await().during(Duration.ofSeconds(5)).atMost(LIMIT.multipliedBy(2)).untilAsserted(() -> {
            assertTold(leaving, false);
            assertTold(stayingUsers, true);
        });
        assertStepsAreInOrder();
    }

    private JsonNode send(String user) throws Exception {
        ObjectNode message = new ObjectMapper().createObjectNode().put("payload", "hello");
        message.putObject("to").putArray("users").add(user);
        CenterClient.Answer answer = fleet.center().post("/v1/messages", message);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
        return answer.body().path("results").path(0);
    }

    private void assertOnlineByTheApi(List<String> users) throws Exception {
        for (String user : users) {
            JsonNode body = fleet.center().get("/v1/users/" + user).body();
            assertThat(body.path("online").asBoolean(false)).as(user).isTrue();
        }
    }

    /** The state with the highest version counts. */
    private void assertTold(List<String> users, boolean online) {
        Map<String, Told> last = new TreeMap<>();
        for (Told one : told()) {
            last.merge(one.user, one, (a, b) -> a.version >= b.version ? a : b);
        }
        assertThat(users)
                .as("told " + (online ? "online" : "offline"))
                .allMatch(user -> last.containsKey(user) && last.get(user).online == online);
    }

    /** A user's steps come in the order of their versions, each another state than the one before. */
    private void assertStepsAreInOrder() {
        Map<String, List<Told>> byUser = new TreeMap<>();
        told().forEach(one ->
                byUser.computeIfAbsent(one.user, ignored -> new ArrayList<>()).add(one));
        byUser.forEach((user, steps) -> {
            List<Told> distinct = steps.stream().distinct().toList();
            assertThat(distinct).as(user).isSortedAccordingTo(Comparator.comparingLong(Told::version));
            for (int i = 0; i < distinct.size(); i++) {
                assertThat(distinct.get(i).online).as(user + " " + distinct).isEqualTo(i % 2 == 0);
            }
        });
    }

    private List<Told> told() {
        return inbox.events()
                .filter(event -> event.type().equals("presence.changed"))
                .map(event -> new Told(
                        event.data().path("user").asText(),
                        event.data().path("state").asText().equals("online"),
                        event.data().path("version").asLong()))
                .toList();
    }

    private List<String> receipts(String type) {
        return inbox.events()
                .filter(event -> event.type().equals(type))
                .map(event -> event.data().path("message_id").asText())
                .toList();
    }
}
