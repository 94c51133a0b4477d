package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.carillon.deploy.fleet.FleetConfig;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.Devices;
import io.carillon.runtime.contract.BroadcastSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the ledger tells of a broadcast, across the whole fleet. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BroadcastStepsIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int ONE_IN = 10;
    private static final int USERS = 400;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start() throws Exception {
        ObjectNode room = JsonNodeFactory.instance.objectNode();
        room.putObject("broadcast").put("ledger-one-in", ONE_IN);
        fleet = RunningFleet.start(
                "broadcast-steps", new FleetConfig(Map.of(), Map.of(), Map.of("room", room), Map.of()));
    }

    @AfterAll
    void stop() throws Exception {
        fleet.close();
    }

    /** Shown by the ledger: a center that comes back while others hold all rooms gets some, and nobody notices. */
    @Test
    void aCenterThatJoinsInTheMiddleTakesRoomsOverAndTheLedgerTellsEveryStep() throws Exception {
        List<String> users = RunningFleet.users("step", USERS);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = fleet.devices(arrivals)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> arrivals.allConnected(users));
            fleet.kill("center-2");
            String id = broadcast();
            await().atMost(LIMIT).until(() -> routed(id, "center-1") == 2 && arrivals.users(id) > 0);

            fleet.startAgain("center-2");

            await().atMost(LIMIT).until(() -> routed(id, "center-2") >= 1);
            assertThat(arrivals.users(id)).as("it still runs").isLessThan(USERS);
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, users));
            List<String> sampled = sampled(id, users);
            await().atMost(LIMIT).untilAsserted(() -> {
                JsonNode ledger = ledger(id);
                assertThat(types(ledger))
                        .contains("accepted", "stored", "started", "routed", "ordered", "walked", "finished");
                assertThat(ledger.path("users").findValuesAsText("user")).containsExactlyInAnyOrderElementsOf(sampled);
                assertThat(ledger.path("users").findValuesAsText("state")).containsOnly("acked");
                assertThat(ledger.path("users").get(0).path("events").findValuesAsText("type"))
                        .containsExactly("written", "acked");
            });
            assertThat(arrivals.exactlyOnce(id, users)).isTrue();
        }
    }

    private static List<String> sampled(String id, List<String> users) {
        BroadcastSample sample = new BroadcastSample(ByteString.fromHex(id), ONE_IN);
        return users.stream().filter(sample::has).toList();
    }

    private String broadcast() throws Exception {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("payload", "hello everybody")
                // So slow that the center is there again long before its end.
                .put("rate_per_second", 8);
        body.putObject("audience").put("all", true);
        CenterClient.Answer answer = fleet.center().post("/v1/broadcasts", body);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(202);
        return answer.body().path("broadcast_id").asText();
    }

    private JsonNode ledger(String id) throws Exception {
        return fleet.center().get("/v1/broadcasts/" + id + "/ledger?limit=100").body();
    }

    private static List<String> types(JsonNode ledger) {
        List<String> types = new ArrayList<>();
        ledger.path("events").forEach(event -> types.add(event.path("type").asText()));
        return types;
    }

    private long routed(String id, String center) throws Exception {
        return StreamSupport.stream(ledger(id).path("events").spliterator(), false)
                .filter(event -> event.path("type").asText().equals("routed")
                        && event.path("node").asText().equals(center))
                .count();
    }
}
