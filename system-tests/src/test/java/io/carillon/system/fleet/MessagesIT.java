package io.carillon.system.fleet;

import static io.carillon.system.fleet.RunningFleet.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.Deliveries;
import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.UnicastSender;
import io.carillon.deploy.traffic.UnicastSender.Sent;
import io.carillon.sdk.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The main job, on one fleet. */
@Tag("slow")
@Tag("linux")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MessagesIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int IN_FLIGHT = 8;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("messages");
    }

    @AfterAll
    void stop() throws Exception {
        fleet.close();
    }

    @Test
    @Order(1)
    void everyProcessAndStoreIsReady() throws Exception {
        await().atMost(LIMIT).until(() -> fleet.status().ready());
        assertThat(fleet.status().processes()).hasSize(10).allMatch(process -> process.pid() != null);
        assertThat(fleet.status().toJson()).contains("\"client_secret\":", "\"stores\":[{\"name\":\"redis\",\"pid\":");
    }

    @Test
    @Order(2)
    void aMessageReachesADeviceThatIsConnectedExactlyOnceAndIsRemoved() throws Exception {
        List<String> users = users("online", 40);
        Deliveries deliveries = new Deliveries();
        try (Devices devices = fleet.devices(deliveries)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> deliveries.connected() == users.size());
            List<Sent> sent = send(users);
            await().atMost(LIMIT).until(() -> deliveries.arrived() >= sent.size());
            assertThat(sent).allMatch(message -> deliveries.times(message.messageId()) == 1);
            assertThat(deliveries.rooms()).as("both rooms take users").hasSize(2);
            await().atMost(LIMIT).until(() -> pending(users.getFirst()) == 0);
        }
    }

    @Test
    @Order(3)
    void aMessageWaitsForADeviceThatConnectsLater() throws Exception {
        List<String> users = users("offline", 40);
        List<Sent> sent = send(users);
        assertThat(pending(users.getFirst())).isEqualTo(1);
        Deliveries deliveries = new Deliveries();
        try (Devices devices = fleet.devices(deliveries)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> deliveries.arrived() >= sent.size());
            assertThat(sent).allMatch(message -> deliveries.times(message.messageId()) == 1);
        }
    }

    @Test
    @Order(4)
    void aFleetThatIsStoppedAndStartedAgainStillHasItsMessages() throws Exception {
        List<String> users = users("kept", 40);
        List<Sent> sent = send(users);
        fleet.restartAll();
        Deliveries deliveries = new Deliveries();
        try (Devices devices = fleet.devices(deliveries)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> deliveries.arrived() >= sent.size());
            assertThat(sent).allMatch(message -> deliveries.times(message.messageId()) == 1);
        }
    }

    @Test
    @Order(5)
    void aMessageOfQos0ReachesAConnectedDeviceOrIsDroppedAndNeverWaits() throws Exception {
        String present = "qos0-present";
        String absent = "qos0-absent";
        Inbox inbox = new Inbox();
        try (Devices devices = fleet.devices(inbox)) {
            devices.connect(List.of(present));
            // A device is connected before the register knows it.
            await().atMost(LIMIT).until(() -> online(present));
            ObjectNode body = JSON.createObjectNode().put("payload", "typing").put("qos", 0);
            JsonNode results = post(body, List.of(present, absent));

            assertThat(results.get(0).path("status").asText()).isEqualTo("sent");
            assertThat(results.get(0).path("online").asBoolean()).isTrue();
            assertThat(results.get(1).path("status").asText()).isEqualTo("dropped");
            assertThat(results.get(1).path("error").path("code").asText()).isEqualTo("offline");
            await().atMost(LIMIT).until(() -> inbox.arrivals.size() == 1);
            Message message = inbox.arrivals.getFirst().message();
            assertThat(message.stored()).isFalse();
            assertThat(message.text()).isEqualTo("typing");
            assertThat(message.id().toString())
                    .isEqualTo(results.get(0).path("message_id").asText());
        }
        assertThat(pending(present)).isZero();
        assertThat(pending(absent)).isZero();
    }

    @Test
    @Order(6)
    void aNoticeComesWithItsKeyWithinItsTimeAndHoldsNothingUp() throws Exception {
        List<String> users = users("noticed", 20);
        Inbox inbox = new Inbox();
        try (Devices devices = fleet.devices(inbox)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> inbox.connected.size() == users.size());
            // More than the receive window of a device.
            for (int i = 0; i < 20; i++) {
                post(notice("far-" + i, Instant.now().plusSeconds(3_600), 0), List.of(users.getFirst()));
            }
            Instant notBefore = Instant.now().plusSeconds(2);
            post(notice("near", notBefore, 3), users);

            await().atMost(LIMIT).until(() -> inbox.arrivals.size() == users.size());
            assertThat(inbox.arrivals).allSatisfy(arrival -> {
                Message.Notice notice = Objects.requireNonNull(arrival.message().notice());
                assertThat(notice.key()).isEqualTo("near");
                assertThat(arrival.at()).isAfterOrEqualTo(notBefore.truncatedTo(ChronoUnit.MILLIS));
            });
            assertThat(inbox.arrivals.stream().map(Arrival::at).max(Comparator.naturalOrder()))
                    .as("they are spread")
                    .hasValueSatisfying(last -> assertThat(last).isAfter(notBefore.plusMillis(500)));
            await().atMost(LIMIT).until(() -> pending(users.getLast()) == 0);
            await().atMost(LIMIT).until(() -> pending(users.getFirst()) == 20);
        }
    }

    private static ObjectNode notice(String key, Instant notBefore, int spreadSeconds) {
        ObjectNode body = JSON.createObjectNode();
        body.putObject("notice")
                .put("key", key)
                .put("not_before", notBefore.toString())
                .put("spread_seconds", spreadSeconds);
        return body;
    }

    private JsonNode post(ObjectNode body, List<String> users) throws Exception {
        users.forEach(body.putObject("to").putArray("users")::add);
        CenterClient.Answer answer = fleet.center().post("/v1/messages", body);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
        return answer.body().path("results");
    }

    private List<Sent> send(List<String> users) throws Exception {
        UnicastSender sender = fleet.sender(IN_FLIGHT);
        List<CompletableFuture<Sent>> pending = new ArrayList<>();
        for (String user : users) {
            pending.add(sender.send(user, "hello " + user));
        }
        List<Sent> sent = pending.stream().map(CompletableFuture::join).toList();
        assertThat(sent)
                .allSatisfy(message ->
                        assertThat(message.promised()).as(message.answer()).isTrue());
        return sent;
    }

    /** What came to listeners, with the time. */
    private record Arrival(Instant at, Message message) {}

    private static final class Inbox implements DeviceEvents {
        final Set<String> connected = ConcurrentHashMap.newKeySet();
        final List<Arrival> arrivals = new CopyOnWriteArrayList<>();

        @Override
        public void connected(String user, String room) {
            connected.add(user);
        }

        @Override
        public void message(String user, Message message) {
            arrivals.add(new Arrival(Instant.now(), message));
        }
    }

    private boolean online(String user) throws Exception {
        return fleet.center().get("/v1/users/" + user).body().path("online").asBoolean();
    }

    private int pending(String user) throws Exception {
        JsonNode body = fleet.center().get("/v1/users/" + user).body();
        return body.path("pending").asInt(-1);
    }
}
