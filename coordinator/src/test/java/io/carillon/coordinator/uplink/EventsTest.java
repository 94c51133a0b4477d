package io.carillon.coordinator.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.carillon.contract.App;
import io.carillon.contract.EventKind;
import io.carillon.contract.NodeRef;
import io.carillon.contract.PresenceEvent;
import io.carillon.contract.ReceiptEvent;
import io.carillon.contract.UplinkEndpoint;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.Webhooks;
import io.carillon.coordinator.webhook.EndpointFixture;
import io.carillon.coordinator.webhook.WebhookClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Presence and receipts from the queue to the business's endpoint. */
class EventsTest {
    private final EndpointFixture endpoint = new EndpointFixture();
    private final WebhookClient client = endpoint.client(true);
    private final MemoryUplinkStore store = new MemoryUplinkStore();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final HeldTimer gathering = new HeldTimer();
    private final AtomicLong nowNs = new AtomicLong();
    private App app = App.newBuilder()
            .setId("demo")
            .setWebhooks(Webhooks.newBuilder()
                    .addSecrets(EndpointFixture.SECRET)
                    .addUplinks(UplinkEndpoint.newBuilder().setUrl(endpoint.url("/uplinks")))
                    .setPresenceUrl(endpoint.url("/presence"))
                    .setReceiptsUrl(endpoint.url("/receipts")))
            .build();
    private final UplinkApps directory = new UplinkApps() {
        @Override
        public boolean known() {
            return true;
        }

        @Override
        public @Nullable App app(String id) {
            return id.equals("demo") ? app : null;
        }
    };
    private final DeliveryLoop loop = new DeliveryLoop(
            store,
            new UplinkPost(directory, client, new WebhookBatches(client, gathering, Clock.systemUTC(), 300)),
            new RetrySchedule(RetrySchedule.STANDARD, new Random(1)),
            new RetrySchedule(RetrySchedule.PRESENCE, new Random(1)),
            new DeliveryBounds(2000, Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofHours(1)),
            NodeRef.getDefaultInstance(),
            scheduler,
            nowNs::get,
            new SilentListener());

    @AfterEach
    void close() {
        client.close();
        endpoint.close();
        scheduler.shutdownNow();
        gathering.shutdownNow();
    }

    @Test
    void tellsOneComingAlone() {
        store.add(presence("ann", true, 7), 0);

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().size() == 1);
        assertThat(endpoint.received.getFirst().path()).isEqualTo("/presence");
        assertThat(endpoint.received.getFirst().headers().get("webhook-id")).isEqualTo("presence-1");
        assertThat(body(0).toString())
                .isEqualTo("{\"type\":\"presence.changed\",\"timestamp\":\"1970-01-01T00:00:01Z\",\"data\":"
                        + "{\"app\":\"demo\",\"user\":\"ann\",\"state\":\"online\",\"version\":7,"
                        + "\"at\":\"1970-01-01T00:00:02Z\",\"room\":\"room-1\",\"reason\":\"connected\"}}");
    }

    @Test
    void tellsManyTogetherAndEachUsersInOrder() {
        for (int version = 1; version <= 3; version++) {
            for (int user = 0; user < 150; user++) {
                store.add(presence("u" + user, version % 2 == 1, version), 0);
            }
        }

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().size() == 450);
        assertThat(store.fates()).containsOnly(UplinkFate.UPLINK_FATE_DELIVERED);
        assertThat(endpoint.received).hasSizeLessThan(100);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < endpoint.received.size(); i++) {
            JsonNode body = body(i);
            boolean batch = body.path("data").isArray();
            assertThat(body.path("type").asText()).isEqualTo(batch ? "presence.changed.batch" : "presence.changed");
            assertThat(body.path("data").size()).isLessThanOrEqualTo(100);
            (batch ? body.path("data") : List.of(body.path("data")))
                    .forEach(data -> told.add(data.path("user").asText() + " " + data.path("version")));
        }
        assertThat(told).hasSize(450).doesNotHaveDuplicates();
        for (int user = 0; user < 150; user++) {
            String name = "u" + user + " ";
            assertThat(told.stream().filter(one -> one.startsWith(name))).containsExactly(name + 1, name + 2, name + 3);
        }
    }

    @Test
    void aFailedBatchFailsForEachAndHoldsUpWhatFollows() {
        endpoint.answer(request -> HttpResponse.of(HttpStatus.INTERNAL_SERVER_ERROR));
        store.add(presence("ann", true, 1), 0);
        store.add(presence("bob", true, 1), 0);
        store.add(presence("ann", false, 2), 0);

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().size() == 3);
        assertThat(endpoint.received).hasSize(1);
        assertThat(endpoint.received.getFirst().headers().get("webhook-id")).startsWith("batch-");
        assertThat(store.settlements())
                .extracting(UplinkSettlement::getId, UplinkSettlement::getFate)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("1", UplinkFate.UPLINK_FATE_RETRY),
                        org.assertj.core.groups.Tuple.tuple("2", UplinkFate.UPLINK_FATE_RETRY),
                        org.assertj.core.groups.Tuple.tuple("3", UplinkFate.UPLINK_FATE_RETURNED));
    }

    @Test
    void aUsersPresenceWaitsForNoUplinkOfHis() {
        endpoint.answer(request ->
                HttpResponse.of(request.path().equals("/uplinks") ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK));
        store.add(uplink("ann"), 0);
        store.add(presence("ann", true, 1), 0);

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().size() == 2);
        assertThat(store.fates())
                .containsExactlyInAnyOrder(UplinkFate.UPLINK_FATE_RETRY, UplinkFate.UPLINK_FATE_DELIVERED);
    }

    @Test
    void givesBackForAMomentWhatThereIsTooMuchOfForOneEndpoint() {
        endpoint.answer(request -> request.path().equals("/presence")
                ? HttpResponse.of(new CompletableFuture<>())
                : HttpResponse.of(HttpStatus.OK));
        for (int i = 0; i < 400; i++) {
            store.add(presence("u" + i, true, 1), 0);
        }
        store.add(receipt("ann", "acked", ""), 0);

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().contains(UplinkFate.UPLINK_FATE_DELIVERED));
        await().until(() -> store.settlements().stream()
                        .filter(one -> one.getFate() == UplinkFate.UPLINK_FATE_RETURNED && one.getRetryAfterMs() > 0)
                        .count()
                == 100);
    }

    @Test
    void tellsWhatBecameOfAMessage() {
        store.add(receipt("ann", "refused", "code 3"), 0);

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().size() == 1);
        assertThat(endpoint.received.getFirst().path()).isEqualTo("/receipts");
        assertThat(body(0).toString())
                .isEqualTo("{\"type\":\"message.refused\",\"timestamp\":\"1970-01-01T00:00:01Z\",\"data\":"
                        + "{\"app\":\"demo\",\"message_id\":\"0a0b\",\"user\":\"ann\",\"reason\":\"code 3\","
                        + "\"at\":\"1970-01-01T00:00:02Z\"}}");
    }

    @Test
    void differentReceiptsAreNotMixedInABatch() {
        store.add(receipt("a", "acked", ""), 0);
        store.add(receipt("b", "expired", ""), 0);
        store.add(receipt("c", "acked", ""), 0);

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().size() == 3);
        assertThat(List.of(body(0).path("type").asText(), body(1).path("type").asText()))
                .containsExactlyInAnyOrder("message.acked.batch", "message.expired");
    }

    @Test
    void isDoneWithWhatTheAppWantsNoMore() {
        app = app.toBuilder()
                .setWebhooks(app.getWebhooks().toBuilder().clearPresenceUrl())
                .build();
        store.add(presence("ann", true, 1), 0);

        loop.wake();

        await().until(() -> gathering.passed() && store.fates().equals(List.of(UplinkFate.UPLINK_FATE_DELIVERED)));
        assertThat(endpoint.received).isEmpty();
    }

    private JsonNode body(int call) {
        try {
            return new ObjectMapper().readTree(endpoint.received.get(call).contentUtf8());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static UplinkEntry.Builder entry(String user) {
        return UplinkEntry.newBuilder().setApp("demo").setUser(user).setReceivedAtMs(1_000);
    }

    private static UplinkEntry uplink(String user) {
        return entry(user).setForwardType("chat").setClientId("c").build();
    }

    private static UplinkEntry presence(String user, boolean online, long version) {
        return entry(user)
                .setKind(EventKind.EVENT_KIND_PRESENCE)
                .setPresence(PresenceEvent.newBuilder()
                        .setOnline(online)
                        .setVersion(version)
                        .setAtMs(2_000)
                        .setRoom("room-1")
                        .setReason("connected"))
                .build();
    }

    private static UplinkEntry receipt(String user, String state, String reason) {
        return entry(user)
                .setKind(EventKind.EVENT_KIND_RECEIPT)
                .setReceipt(ReceiptEvent.newBuilder()
                        .setMessageId(ByteString.copyFrom(new byte[] {10, 11}))
                        .setState(state)
                        .setReason(reason)
                        .setAtMs(2_000))
                .build();
    }

    /** A timer that goes off when the test says so: what comes before is gathered, however long it takes. */
    private static final class HeldTimer extends ScheduledThreadPoolExecutor {
        private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

        HeldTimer() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            held.add(command);
            // Nobody asks for it.
            return super.schedule(() -> {}, 0, TimeUnit.NANOSECONDS);
        }

        /** Lets the time of all that are set pass. */
        boolean passed() {
            for (Runnable task = held.poll(); task != null; task = held.poll()) {
                task.run();
            }
            return true;
        }
    }
}
