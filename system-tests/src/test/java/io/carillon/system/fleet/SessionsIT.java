package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.traffic.Deliveries;
import io.carillon.deploy.traffic.Devices;
import io.carillon.sdk.Binding;
import io.carillon.sdk.CarillonClient;
import io.carillon.sdk.ConnectionListener;
import io.carillon.sdk.EndReason;
import io.carillon.sdk.SdkRuntime;
import io.carillon.sdk.store.ClientStore;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the API says of users while registers and rooms of a real fleet are killed, and users move between devices. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionsIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("sessions");
    }

    @AfterAll
    void stop() throws Exception {
        fleet.close();
    }

    @Test
    void aRegisterThatIsKilledKnowsEverybodyAgainAndNeverCallsAnybodyOffline() throws Exception {
        List<String> users = RunningFleet.users("register", 60);
        Deliveries deliveries = new Deliveries();
        try (Devices devices = fleet.devices(deliveries)) {
            devices.connect(users);
            await().atMost(LIMIT).untilAsserted(() -> assertOnline(users));

            fleet.kill("register-1");
            assertNobodyIsCalledOffline(users);
            // Within discovery's time-out: nobody was told that the first life is over, but by the second.
            fleet.startAgain("register-1");
            assertNobodyIsCalledOffline(users);
            await().atMost(LIMIT).untilAsserted(() -> {
                assertNobodyIsCalledOffline(users);
                assertOnline(users);
            });

            fleet.kill("register-2");
            await().atMost(LIMIT).untilAsserted(() -> {
                assertNobodyIsCalledOffline(users);
                assertOnline(users);
            });
            fleet.startAgain("register-2");
            await().atMost(LIMIT).untilAsserted(() -> {
                assertNobodyIsCalledOffline(users);
                assertOnline(users);
            });
        }
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(online(users.getFirst())).isEqualTo("false"));
    }

    @Test
    void usersOfARoomThatIsKilledAreFoundOnTheOther() throws Exception {
        List<String> users = RunningFleet.users("room", 60);
        Deliveries deliveries = new Deliveries();
        try (Devices devices = fleet.devices(deliveries)) {
            devices.connect(users);
            await().atMost(LIMIT).untilAsserted(() -> assertOnline(users));

            fleet.kill("room-2");
            await().atMost(LIMIT).untilAsserted(() -> {
                for (String user : users) {
                    assertThat(user(user).path("room").asText()).as(user).isEqualTo("room-1");
                }
            });
            fleet.startAgain("room-2");
        }
    }

    @Test
    void aUserThatLogsInOnAnotherDeviceIsTakenOverAndTheOldDeviceIsToldByWhom() throws Exception {
        List<String> ends = new CopyOnWriteArrayList<>();
        try (SdkRuntime runtime = SdkRuntime.create(1, 2, 1);
                CarillonClient first = client(runtime, "first-device", "taken", ends)) {
            await().atMost(LIMIT).until(first::isConnected);
            await().atMost(LIMIT).until(() -> online("taken").equals("true"));
            try (CarillonClient second = client(runtime, "second-device", "taken", ends)) {
                await().atMost(LIMIT).until(() -> ends.contains("REPLACED by second-device"));
                await().atMost(LIMIT).until(second::isConnected);
                assertThat(online("taken")).isEqualTo("true");
            }
        }
    }

    @Test
    void aDeviceThatLogsInAgainMovesSilentlyAndItsLateGoodbyeDoesNotTakeItOffline() throws Exception {
        List<String> ends = new CopyOnWriteArrayList<>();
        try (SdkRuntime runtime = SdkRuntime.create(1, 2, 1)) {
            CarillonClient before = client(runtime, "one-device", "moved", ends);
            await().atMost(LIMIT).until(() -> online("moved").equals("true"));
            try (CarillonClient after = client(runtime, "one-device", "moved", ends)) {
                after.firstConnected().join();
                before.close();
                await().during(Duration.ofSeconds(3)).atMost(LIMIT).untilAsserted(() -> assertThat(online("moved"))
                        .isEqualTo("true"));
            }
        }
        assertThat(ends).isEmpty();
    }

    private CarillonClient client(SdkRuntime runtime, String device, String user, List<String> ends) throws Exception {
        FleetState state = fleet.state();
        return CarillonClient.builder()
                .dispatcher(URI.create("http://"
                        + state.ofRole("dispatcher").findFirst().orElseThrow().address("http")))
                .deviceId(device)
                .store(ClientStore.inMemory())
                .runtime(runtime)
                .trust(fleet.trust())
                .connectionListener(new ConnectionListener() {
                    @Override
                    public void onKicked(
                            Binding binding, EndReason reason, String text, @Nullable String newcomerDevice) {
                        ends.add(reason.name() + " by " + newcomerDevice);
                    }
                })
                .bind(
                        state.credentials().app(),
                        user,
                        (app, of) -> fleet.center().token(of),
                        message -> {})
                .connect();
    }

    private void assertOnline(List<String> users) throws Exception {
        for (String user : users) {
            assertThat(online(user)).as(user).isEqualTo("true");
        }
    }

    private void assertNobodyIsCalledOffline(List<String> users) throws Exception {
        for (String user : users) {
            assertThat(online(user)).as(user).isNotEqualTo("false");
        }
    }

    /** true, false or null. */
    private String online(String user) throws Exception {
        return user(user).path("online").asText("null");
    }

    private JsonNode user(String user) throws Exception {
        return fleet.center().get("/v1/users/" + user).body();
    }
}
