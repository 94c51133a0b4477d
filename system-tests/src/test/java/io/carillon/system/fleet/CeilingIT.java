package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.Devices;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rate of a broadcast, and an app's ceiling over its broadcasts and its messages to several users together. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedFleet.class)
class CeilingIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int CEILING = 100;
    private static final int USERS = 900;
    /** Below the ceiling, and so slow that the broadcast lasts longer than ten seconds. */
    private static final int RATE = 60;
    /** Small against what ten seconds may have: a request passes whole. */
    private static final int BATCH = 4;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start(RunningFleet shared) {
        fleet = shared;
    }

    /** The app is everybody's. */
    @AfterAll
    void liftCeiling() throws Exception {
        try (CenterClient admin = fleet.admin()) {
            ceiling(admin, 0);
        }
    }

    @Test
    void aBroadcastAndBatchesThroughAllCentersStayUnderOneCeiling() throws Exception {
        FleetState state = fleet.state();
        List<String> users = RunningFleet.users("ceiling", USERS);
        ArrivalTimes times = new ArrivalTimes();
        try (Devices devices = fleet.devices(times);
                Standstill standstill = new Standstill();
                CenterClient admin = Centers.ofAdmin(state)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> times.connected.size() == USERS);
            ceiling(admin, CEILING);

            List<Thread> senders = new ArrayList<>();
            Sending sending = new Sending(users);
            try {
                for (String name : List.of("center-1", "center-2")) {
                    senders.add(Thread.ofPlatform().start(() -> sending.run(state, name)));
                }
                // The settings have come to both centers once they refuse.
                await().atMost(LIMIT).until(() -> sending.refused.size() == 2);
                times.recording = true;
                String id = broadcast(0);
                await().atMost(LIMIT).until(() -> fleet.center()
                        .get("/v1/broadcasts/" + id)
                        .body()
                        .path("state")
                        .asText()
                        .equals("finished"));
                await().atMost(LIMIT).until(() -> times.broadcasts.get() == USERS);
            } finally {
                sending.stop = true;
                for (Thread sender : senders) {
                    sender.join();
                }
            }
            await().atMost(LIMIT).until(() -> times.messages.get() >= sending.accepted.get());

            int most = times.mostInAWindow();
            System.err.printf(
                    "ceiling: %d a second, most of any 10 s: %d, by batches: %d, longest standstill: %.1f s%n",
                    CEILING, most, times.messages.get(), standstill.longestSeconds());
            assertThat(times.messages.get()).as("batches are not shut out").isGreaterThan(USERS / 10);
            assertThat(most)
                    .as("of any ten seconds; what the machine holds up comes bunched with what follows")
                    .isLessThanOrEqualTo(
                            (int) (CEILING * 10 * 1.05 + CEILING * (0.5 + 2 * standstill.longestSeconds())));
        }
    }

    /** Two rooms, each with its part of the rate. */
    @Test
    void aBroadcastAloneKeepsItsRateOverAllRooms() throws Exception {
        List<String> users = RunningFleet.users("rate", USERS);
        ArrivalTimes times = new ArrivalTimes();
        try (Devices devices = fleet.devices(times);
                Standstill standstill = new Standstill()) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> times.connected.size() == USERS);
            times.recording = true;
            broadcast(RATE);
            await().atMost(LIMIT).until(() -> times.broadcasts.get() == USERS);

            int slack = (int) (RATE * (0.5 + 2 * standstill.longestSeconds()));
            System.err.printf(
                    "rate: %d a second, of any 10 s fewest %d, most %d, longest standstill: %.1f s%n",
                    RATE, times.fewestInAWindow(), times.mostInAWindow(), standstill.longestSeconds());
            assertThat(times.mostInAWindow()).isLessThanOrEqualTo((int) (RATE * 10 * 1.05) + slack);
            assertThat(times.fewestInAWindow()).isGreaterThanOrEqualTo((int) (RATE * 10 * 0.95) - slack);
        }
    }

    /** @param perSecond 0 is the default */
    private void ceiling(CenterClient admin, int perSecond) throws Exception {
        CenterClient.Answer changed = admin.put(
                "/admin/v1/apps/" + fleet.state().credentials().app(),
                JsonNodeFactory.instance.objectNode().put("deliveries_per_second_max", perSecond));
        assertThat(changed.status()).as(changed.problem()).isEqualTo(200);
    }

    private String broadcast(int rate) throws Exception {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("payload", "everybody");
        if (rate > 0) {
            body.put("rate_per_second", rate);
        }
        body.putObject("audience").put("all", true);
        CenterClient.Answer answer = fleet.center().post("/v1/broadcasts", body);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(202);
        return answer.body().path("broadcast_id").asText();
    }

    /** Asks for more than there is, through one center each. */
    private static final class Sending {
        private final List<String> users;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicLong accepted = new AtomicLong();
        private final Set<String> refused = ConcurrentHashMap.newKeySet();
        private volatile boolean stop;

        Sending(List<String> users) {
            this.users = users;
        }

        private void run(FleetState state, String name) {
            URI uri = URI.create("http://" + state.member(name).orElseThrow().address("http"));
            try (CenterClient center =
                    new CenterClient(List.of(uri), state.credentials().apiKey())) {
                while (!stop) {
                    int from = Math.floorMod(next.getAndAdd(BATCH), USERS);
                    int status = center.message(users.subList(from, from + BATCH), "some", null)
                            .join()
                            .status();
                    if (status == 200) {
                        accepted.addAndGet(BATCH);
                    } else {
                        assertThat(status).isEqualTo(429);
                        refused.add(name);
                        // So that asking does not take the machine for itself.
                        TimeUnit.MILLISECONDS.sleep(20);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
