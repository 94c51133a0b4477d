package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.deploy.traffic.Deliveries;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.UnicastSender;
import io.carillon.deploy.traffic.UnicastSender.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One process of each role, and each store, is killed in the middle of 500 messages a second and started again. Whatever
 * was answered 200 and {@code stored} arrives exactly once at the SDK's listener.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillIT {
    private static final int USERS = 200;
    private static final int MESSAGES_PER_SECOND = 500;
    private static final int SECONDS = 12;
    private static final int KILL_AFTER = MESSAGES_PER_SECOND * 3;
    private static final int START_AFTER = MESSAGES_PER_SECOND * 6;
    private static final int IN_FLIGHT_MAX = 2_000;
    private static final Duration ARRIVAL_LIMIT = Duration.ofMinutes(4);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("kill");
    }

    @AfterAll
    void stop() throws Exception {
        fleet.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"dispatcher-1", "coordinator-1", "center-1", "register-1", "room-1", "saver-1", "mysql", "redis"
            })
    void whatWasAnsweredStoredArrivesExactlyOnceAlthoughAProcessIsKilled(String victim) throws Exception {
        List<String> users = RunningFleet.users("kill-" + victim, USERS);
        Deliveries deliveries = new Deliveries();
        try (Devices devices = fleet.devices(deliveries)) {
            devices.connect(users);
            await().atMost(ARRIVAL_LIMIT).until(() -> deliveries.connected() == users.size());

            List<Sent> sent = sendWhileKilling(victim, users);

            List<Sent> promised = sent.stream().filter(Sent::promised).toList();
            await().atMost(ARRIVAL_LIMIT).pollInterval(Duration.ofMillis(250)).untilAsserted(() -> assertThat(
                            missing(promised, deliveries))
                    .isEmpty());
            assertThat(promised.stream().filter(message -> deliveries.times(message.messageId()) != 1))
                    .as("arrived twice")
                    .isEmpty();
            assertThat(sent.stream().filter(message -> !message.promised()))
                    .as("every request is answered in the end, by repetition under its key")
                    .isEmpty();
        }
        await().atMost(ARRIVAL_LIMIT).until(() -> fleet.status().ready());
    }

    private static List<Sent> missing(List<Sent> promised, Deliveries deliveries) {
        return promised.stream()
                .filter(message -> deliveries.times(message.messageId()) == 0)
                .limit(5)
                .toList();
    }

    /** Open loop: a message every two milliseconds, whatever becomes of the ones before. */
    private List<Sent> sendWhileKilling(String victim, List<String> users) throws Exception {
        UnicastSender sender = fleet.sender(IN_FLIGHT_MAX);
        List<CompletableFuture<Sent>> answers = new ArrayList<>();
        CompletableFuture<Void> faults = new CompletableFuture<>();
        CompletableFuture<Void> restarted = new CompletableFuture<>();
        AtomicInteger next = new AtomicInteger();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            clock.scheduleAtFixedRate(
                    () -> {
                        try {
                            int i = next.getAndIncrement();
                            if (i < MESSAGES_PER_SECOND * SECONDS) {
                                answers.add(sender.send(users.get(i % USERS), victim + " " + i));
                            } else {
                                faults.complete(null);
                            }
                            if (i == KILL_AFTER) {
                                fleet.kill(victim);
                            } else if (i == START_AFTER) {
                                Thread.ofPlatform().start(() -> startAgain(victim, restarted));
                            }
                        } catch (Exception e) {
                            faults.completeExceptionally(e);
                        }
                    },
                    0,
                    1_000_000 / MESSAGES_PER_SECOND,
                    TimeUnit.MICROSECONDS);
            faults.get(ARRIVAL_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } finally {
            clock.shutdownNow();
            assertThat(clock.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        restarted.get(ARRIVAL_LIMIT.toSeconds(), TimeUnit.SECONDS);
        List<Sent> sent = new ArrayList<>();
        for (CompletableFuture<Sent> answer : answers) {
            sent.add(answer.get(ARRIVAL_LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
        return sent;
    }

    private void startAgain(String victim, CompletableFuture<Void> done) {
        try {
            fleet.startAgain(victim);
            done.complete(null);
        } catch (Exception e) {
            done.completeExceptionally(e);
        }
    }
}
