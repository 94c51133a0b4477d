package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.FleetConfig;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.UnicastSender.Sent;
import io.carillon.deploy.traffic.WebhookInbox;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Rooms that send their clients away, all or some, while messages and a broadcast go on: real processes, real SDKs. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DrainIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Longer than the presence grace: what happened before is told by then. */
    private static final Duration GRACE_AND_MORE = Duration.ofSeconds(18);

    private static final int USERS = 300;
    private static final int MESSAGES_PER_SECOND = 200;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private CenterClient admin;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private WebhookInbox inbox;

    @BeforeAll
    void start() throws Exception {
        // A machine that is busy with everything else at once may need longer for a login than clients are given.
        ObjectNode patient = new ObjectMapper().createObjectNode();
        patient.putObject("move").put("close-after", "40s");
        patient.putObject("session").put("no-bindings-timeout", "40s");
        fleet = RunningFleet.start(
                "drain", new FleetConfig(Map.of("rooms", 3), Map.of(), Map.of("room", patient), Map.of()));
        admin = fleet.admin();
        inbox = new WebhookInbox();
        ObjectNode webhooks = new ObjectMapper().createObjectNode();
        webhooks.putArray("uplinks");
        webhooks.putObject("presence").put("url", inbox.url());
        webhooks.put("secret", inbox.secret());
        CenterClient.Answer answer = fleet.center().put("/v1/webhooks", webhooks);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
    }

    @AfterAll
    void stop() throws Exception {
        inbox.close();
        admin.close();
        fleet.close();
    }

    @Test
    void theClientsOfADrainedRoomMoveWithNothingLostOrRepeatedAndNobodyNotices() throws Exception {
        List<String> users = RunningFleet.users("drained", USERS);
        MovingDevices events = new MovingDevices();
        try (Devices devices = fleet.devices(events)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> events.allConnected(users));
            await().atMost(LIMIT).until(() -> toldOf(users, "online").size() == users.size());
            List<String> moved = events.at("room-1");
            assertThat(moved).isNotEmpty();
            long toldBefore = inbox.events().count();

            List<Sent> promised;
            String broadcast;
            try (SteadyTraffic traffic = new SteadyTraffic(fleet, users, MESSAGES_PER_SECOND)) {
                broadcast = broadcast();
                fleet.drainAndRestart("room-1");
                promised = traffic.stop();
            }

            assertThat(events.lost()).isEmpty();
            assertThat(moved).allMatch(user -> !events.at("room-1").contains(user));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(SteadyTraffic.notOnce(promised, events))
                    .isEmpty());
            await().atMost(LIMIT).until(() -> events.times(broadcast).size() == users.size());
            // Long enough for a repetition or an event that is wrong to show.
            await().during(GRACE_AND_MORE).atMost(LIMIT).untilAsserted(() -> {
                assertThat(SteadyTraffic.notOnce(promised, events)).isEmpty();
                assertThat(Set.copyOf(events.times(broadcast).values())).containsExactly(1);
                assertThat(inbox.events().skip(toldBefore)).isEmpty();
            });
        }
    }

    @Test
    void aRoomThatCameLaterGetsItsShareByARebalance() throws Exception {
        fleet.kill("room-3");
        List<String> users = RunningFleet.users("rebalanced", USERS);
        MovingDevices events = new MovingDevices();
        try (Devices devices = fleet.devices(events)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> events.allConnected(users));
            fleet.startAgain("room-3");
            assertThat(events.at("room-3")).isEmpty();
            events.forgetLosses();

            List<Sent> promised;
            try (SteadyTraffic traffic = new SteadyTraffic(fleet, users, MESSAGES_PER_SECOND)) {
                ObjectNode order = new ObjectMapper().createObjectNode();
                order.putArray("to").add("room-3");
                await().atMost(LIMIT)
                        .until(() -> admin.post("/admin/v1/rebalance", order).status() == 202);
                await().atMost(LIMIT)
                        .until(() -> rebalance().path("state").asText().equals("done"));
                promised = traffic.stop();
            }

            int asked = rebalance().path("asked").asInt();
            assertThat(asked).isBetween(USERS / 3 - 5, USERS / 3 + 5);
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(events.at("room-3")).hasSize(asked));
            assertThat(events.lost()).isEmpty();
            await().atMost(LIMIT).untilAsserted(() -> assertThat(SteadyTraffic.notOnce(promised, events))
                    .isEmpty());
        }
    }

    @Test
    void wrongOrdersAreRefusedWithTheReason() throws Exception {
        ObjectNode nothing = new ObjectMapper().createObjectNode();
        assertThat(admin.post("/admin/v1/nodes/room-9/drain", nothing).status()).isEqualTo(404);
        CenterClient.Answer register = admin.post("/admin/v1/nodes/register-1/drain", nothing);
        assertThat(register.status()).isEqualTo(409);
        assertThat(register.problem()).contains("register-1: is a register");
        ObjectNode order = new ObjectMapper().createObjectNode();
        order.putArray("to").add("room-9");
        assertThat(admin.post("/admin/v1/rebalance", order).problem()).contains("to: room-9 (expected: a room of pool");
        assertThat(fleet.center().post("/admin/v1/nodes/room-1/drain", nothing).status())
                .isEqualTo(401);
        assertThat(admin.get("/admin/v1/nodes/room-2/drain")
                        .body()
                        .path("state")
                        .asText())
                .isEqualTo("none");
    }

    private JsonNode rebalance() throws Exception {
        return admin.get("/admin/v1/rebalance").body();
    }

    /** To all, so slow that it goes on while rooms are drained. */
    private String broadcast() throws Exception {
        ObjectNode body = new ObjectMapper().createObjectNode();
        body.put("payload", "to everybody").put("rate_per_second", 30);
        body.putObject("audience").put("all", true);
        CenterClient.Answer answer = fleet.center().post("/v1/broadcasts", body);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(202);
        return answer.body().path("broadcast_id").asText();
    }

    private Set<String> toldOf(List<String> users, String state) {
        Set<String> told = new TreeSet<>();
        inbox.events()
                .map(WebhookInbox.Event::data)
                .filter(data -> data.path("state").asText().equals(state))
                .map(data -> data.path("user").asText())
                .filter(users::contains)
                .forEach(told::add);
        return told;
    }
}
