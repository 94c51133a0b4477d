package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.deploy.fleet.FleetConfig;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.ProcessIdentity;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.UnicastSender.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** All clients of two rooms are cut at once while those of a third stay and messages go on. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StormIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int USERS = 1_500;
    private static final int MESSAGES_PER_SECOND = 200;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("storm", FleetConfig.NONE.withCounts(Map.of("rooms", 3)));
    }

    @AfterAll
    void stop() throws Exception {
        fleet.close();
    }

    @Test
    void allComeBackWithNothingLostOrRepeatedAndWhoStayedNoticesNothing() throws Exception {
        List<String> users = RunningFleet.users("storm", USERS);
        MovingDevices events = new MovingDevices();
        try (Devices devices = fleet.devices(events)) {
            devices.connect(users);
            await().atMost(LIMIT).until(() -> events.allConnected(users));
            List<String> staying = events.at("room-3");
            List<String> cut = new ArrayList<>(events.at("room-1"));
            cut.addAll(events.at("room-2"));
            assertThat(staying).isNotEmpty();
            assertThat(cut).hasSizeGreaterThan(USERS / 2);
            Map<String, Long> pidsOfOthers = pids(Set.of("room-1", "room-2"));

            List<Sent> promised;
            try (SteadyTraffic traffic = new SteadyTraffic(fleet, users, MESSAGES_PER_SECOND)) {
                fleet.kill("room-1");
                fleet.kill("room-2");
                fleet.startAgain("room-1");
                fleet.startAgain("room-2");
                await().atMost(LIMIT).until(() -> events.lost().containsAll(cut) && events.allConnected(users));
                promised = traffic.stop();
            }

            await().atMost(LIMIT).untilAsserted(() -> assertThat(SteadyTraffic.notOnce(promised, events))
                    .isEmpty());
            assertThat(events.lost()).doesNotContainAnyElementsOf(staying);
            assertThat(pids(Set.of("room-1", "room-2"))).isEqualTo(pidsOfOthers);
        }
    }

    private Map<String, Long> pids(Set<String> but) throws Exception {
        Map<String, Long> pids = new TreeMap<>();
        for (FleetState.Member process : fleet.state().processes()) {
            ProcessIdentity identity = process.identity();
            if (!but.contains(process.name()) && identity != null && identity.alive()) {
                pids.put(process.name(), identity.pid());
            }
        }
        return pids;
    }
}
