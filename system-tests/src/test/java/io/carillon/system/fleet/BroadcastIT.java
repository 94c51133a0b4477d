package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.Devices;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Broadcasts across the whole fleet, also while processes are killed and paused in the middle of them. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BroadcastIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int USERS = 240;
    /** So slow that a broadcast to all users takes some seconds. */
    private static final int SLOW = 40;
    /** So slow that even a busy machine says stop before the end. */
    private static final int SLOWER = 6;

    private static final long SECOND_NS = 1_000_000_000L;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("broadcast");
    }

    @AfterAll
    void stop() throws Exception {
        fleet.close();
    }

    @Test
    void usersWhoAreThereAndUsersWhoComeLaterGetItOnce() throws Exception {
        List<String> here = RunningFleet.users("here", USERS);
        List<String> later = RunningFleet.users("later", 40);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(here, arrivals);
                Devices known = connected(later, arrivals)) {
            // Known to Carillon by their cursor only; their memory outlives the connection.
            known.disconnect();
            String id = broadcast(options());
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, here));

            known.reconnect();

            List<String> all = new ArrayList<>(here);
            all.addAll(later);
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, all));
            await().atMost(LIMIT).until(() -> progress(id).path("acked").asInt() == all.size());
            // The rooms' counts do not wait for the tick that ends the broadcast.
            await().atMost(LIMIT).until(() -> state(id).equals("finished"));
            JsonNode done = progress(id);
            assertThat(done.path("written").asInt()).isEqualTo(all.size());
            assertThat(done.path("rooms")).hasSize(2);
        }
    }

    @Test
    void usersWhoComeBackInTheMiddleOfTheRunGetItOnce() throws Exception {
        List<String> here = RunningFleet.users("running", 120);
        List<String> back = RunningFleet.users("returning", 120);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(here, arrivals);
                Devices known = connected(back, arrivals)) {
            known.disconnect();
            String id = broadcast(options().put("rate_per_second", SLOW));
            await().atMost(LIMIT).until(() -> arrivals.users(id) > 10);

            known.reconnect();

            List<String> all = new ArrayList<>(here);
            all.addAll(back);
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, all));
            await().atMost(LIMIT).until(() -> state(id).equals("finished"));
            assertThat(arrivals.exactlyOnce(id, all)).isTrue();
        }
    }

    @Test
    void nobodyGetsItAgainAlthoughRedisWasWiped() throws Exception {
        List<String> users = RunningFleet.users("wiped", 40);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(users, arrivals)) {
            String id = broadcast(options());
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, users));

            fleet.kill("redis");
            fleet.emptyRedis();
            fleet.startAgain("redis");
            devices.disconnect();
            devices.reconnect();

            String next = broadcast(options());
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(next, users));
            assertThat(arrivals.exactlyOnce(id, users)).isTrue();
        }
    }

    @Test
    void aNewInstallationDoesNotGetWhatWasSentBefore() throws Exception {
        String id = broadcast(options());
        await().atMost(LIMIT).until(() -> state(id).equals("finished"));
        BroadcastArrivals arrivals = new BroadcastArrivals();
        List<String> fresh = RunningFleet.users("fresh", 5);
        try (Devices devices = connected(fresh, arrivals)) {
            String next = broadcast(options());
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(next, fresh));
            assertThat(arrivals.users(id)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"center-1", "center-2", "saver-1"})
    void everybodyGetsItOnceAlthoughAProcessIsKilledInTheMiddle(String victim) throws Exception {
        List<String> users = RunningFleet.users("killed-" + victim, USERS);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(users, arrivals)) {
            String id = broadcast(options().put("rate_per_second", SLOW));
            await().atMost(LIMIT).until(() -> arrivals.users(id) > USERS / 10);

            fleet.kill(victim);

            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, users));
            fleet.startAgain(victim);
            await().atMost(LIMIT).until(() -> state(id).equals("finished"));
            assertThat(arrivals.exactlyOnce(id, users)).isTrue();
            assertServedOnce(id, USERS);
        }
    }

    @Test
    void everybodyGetsItOnceAlthoughACenterStandsStillInTheMiddle() throws Exception {
        List<String> users = RunningFleet.users("paused-center", USERS);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(users, arrivals)) {
            String id = broadcast(options().put("rate_per_second", SLOW));
            await().atMost(LIMIT).until(() -> arrivals.users(id) > USERS / 10);
            signal("STOP", "center-2");
            try (CenterClient other = onlyCenter("center-1")) {
                await().atMost(LIMIT).until(() -> other.get("/v1/broadcasts/" + id)
                        .body()
                        .path("state")
                        .asText()
                        .equals("finished"));
            } finally {
                signal("CONT", "center-2");
            }
            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, users));
            // It goes on where it stood, and orders nothing of what others have done.
            try (CenterClient awake = onlyCenter("center-2")) {
                CenterClient.Answer answer = awake.post("/v1/broadcasts", options());
                assertThat(answer.status()).as(answer.problem()).isEqualTo(202);
                String next = answer.body().path("broadcast_id").asText();
                await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(next, users));
                await().atMost(LIMIT).until(() -> state(next).equals("finished"));
            }
            assertThat(arrivals.exactlyOnce(id, users)).isTrue();
            assertServedOnce(id, USERS);
        }
    }

    @Test
    void theClientsOfARoomThatDiesInTheMiddleGetItThroughTheirCursor() throws Exception {
        List<String> users = RunningFleet.users("killed-room", USERS);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(users, arrivals)) {
            String id = broadcast(options().put("rate_per_second", SLOW));
            await().atMost(LIMIT).until(() -> arrivals.users(id) > USERS / 10);

            fleet.kill("room-1");

            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, users));
            fleet.startAgain("room-1");
            await().atMost(LIMIT).until(() -> state(id).equals("finished"));
        }
    }

    @Test
    void pauseResumeAndCancelAreObeyedWithinASecond() throws Exception {
        List<String> users = RunningFleet.users("steered", USERS);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(users, arrivals);
                Standstill standstill = new Standstill()) {
            String id = broadcast(options().put("rate_per_second", SLOWER));
            await().atMost(LIMIT).until(() -> arrivals.users(id) > 0);

            long pausedNs = steer(id, "pause");
            int paused = standstill(arrivals, id);
            assertThat(paused).isLessThan(USERS);
            assertNothingAfter(arrivals, id, pausedNs + SECOND_NS + 2 * standstill.longestNs());

            long resumedNs = steer(id, "resume");
            await().atMost(LIMIT).until(() -> arrivals.users(id) > paused);
            assertThat(arrivals.nextNs(id, resumedNs) - resumedNs)
                    .as("ns until the next one, which is not due at once")
                    .isLessThan(SECOND_NS + 2 * SECOND_NS / SLOWER + 2 * standstill.longestNs());

            long cancelledNs = steer(id, "cancel");
            int cancelled = standstill(arrivals, id);
            assertThat(cancelled).isLessThan(USERS);
            assertNothingAfter(arrivals, id, cancelledNs + SECOND_NS + 2 * standstill.longestNs());
            assertThat(state(id)).isEqualTo("cancelled");
        }
    }

    private static void assertNothingAfter(BroadcastArrivals arrivals, String id, long ns) {
        assertThat(arrivals.nextNs(id, ns) - System.nanoTime())
                .as("nothing came")
                .isPositive();
    }

    @Test
    void tagsChooseUsersWhoAreThereAndUsersWhoAreNotAlike() throws Exception {
        List<String> here = RunningFleet.users("tagged-here", 20);
        List<String> away = RunningFleet.users("tagged-away", 20);
        BroadcastArrivals arrivals = new BroadcastArrivals();
        try (Devices devices = connected(here, arrivals);
                Devices known = connected(away, arrivals)) {
            known.disconnect();
            List<String> meant = new ArrayList<>();
            for (int i = 0; i < 20; i += 2) {
                tag(here.get(i), "even");
                tag(away.get(i), "even");
                meant.add(here.get(i));
                meant.add(away.get(i));
            }
            ObjectNode audience = JsonNodeFactory.instance.objectNode();
            audience.putArray("tags_any").add("even");
            await().atMost(LIMIT).until(() -> online(audience) == 10);

            String id = broadcast((ObjectNode) options().set("audience", audience));
            known.reconnect();

            await().atMost(LIMIT).until(() -> arrivals.exactlyOnce(id, meant));
        }
    }

    @Test
    void theSameKeyGivesTheFirstAnswerAgain() throws Exception {
        ObjectNode body = options();
        CenterClient.Answer first = fleet.center().post("/v1/broadcasts", body, "key-1");
        CenterClient.Answer again = fleet.center().post("/v1/broadcasts", body, "key-1");
        CenterClient.Answer other =
                fleet.center().post("/v1/broadcasts", options().put("payload", "another"), "key-1");

        assertThat(first.status()).as(first.problem()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(other.status()).isEqualTo(422);
    }

    // ---- steps

    private Devices connected(List<String> users, BroadcastArrivals arrivals) throws FleetException {
        Devices devices = fleet.devices(arrivals);
        devices.connect(users);
        await().atMost(LIMIT).until(() -> arrivals.allConnected(users));
        return devices;
    }

    private static ObjectNode options() {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("payload", "hello everybody");
        body.putObject("audience").put("all", true);
        return body;
    }

    private String broadcast(ObjectNode body) throws Exception {
        CenterClient.Answer answer = fleet.center().post("/v1/broadcasts", body);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(202);
        return answer.body().path("broadcast_id").asText();
    }

    private int online(ObjectNode audience) throws Exception {
        ObjectNode body = (ObjectNode) options().put("dry_run", true).set("audience", audience);
        return fleet.center().post("/v1/broadcasts", body).body().path("online").asInt();
    }

    private void tag(String user, String tag) throws Exception {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("tags").add(tag);
        CenterClient.Answer answer = fleet.center().put("/v1/users/" + user + "/tags", body);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
    }

    /** When it was answered, by nanoTime. */
    private long steer(String id, String order) throws Exception {
        CenterClient.Answer answer =
                fleet.center().post("/v1/broadcasts/" + id + "/" + order, JsonNodeFactory.instance.objectNode());
        assertThat(answer.ok()).as(answer.problem()).isTrue();
        return System.nanoTime();
    }

    /** Every room walked once: what it had targeted before is not targeted again, whoever it takes orders from. */
    private void assertServedOnce(String id, int users) throws Exception {
        JsonNode done = progress(id);
        assertThat(done.path("rooms")).as(done.toString()).hasSize(2);
        assertThat(done.path("targeted").asInt()).as(done.toString()).isEqualTo(users);
        assertThat(done.path("written").asInt()).as(done.toString()).isEqualTo(users);
    }

    private JsonNode progress(String id) throws Exception {
        return fleet.center().get("/v1/broadcasts/" + id).body();
    }

    private CenterClient onlyCenter(String name) throws FleetException {
        FleetState state = fleet.state();
        URI center = URI.create("http://" + state.member(name).orElseThrow().address("http"));
        return new CenterClient(List.of(center), state.credentials().apiKey());
    }

    private String state(String id) throws Exception {
        return progress(id).path("state").asText();
    }

    /** How many have it once nothing has come for some seconds, which is many deliveries at this rate. */
    private static int standstill(BroadcastArrivals arrivals, String id) {
        int[] seen = {-1};
        long[] sinceNs = {0};
        await().atMost(LIMIT).until(() -> {
            int now = arrivals.users(id);
            if (now != seen[0]) {
                seen[0] = now;
                sinceNs[0] = System.nanoTime();
            }
            return System.nanoTime() - sinceNs[0] > Duration.ofSeconds(3).toNanos();
        });
        return seen[0];
    }

    private void signal(String signal, String process) throws FleetException, IOException, InterruptedException {
        Long pid = fleet.status().processes().stream()
                .filter(one -> one.name().equals(process))
                .findFirst()
                .orElseThrow()
                .pid();
        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
