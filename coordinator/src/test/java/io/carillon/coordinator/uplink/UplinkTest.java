package io.carillon.coordinator.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.carillon.contract.App;
import io.carillon.contract.Durability;
import io.carillon.contract.NodeRef;
import io.carillon.contract.UplinkEndpoint;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResult;
import io.carillon.contract.Webhooks;
import io.carillon.coordinator.webhook.EndpointFixture;
import io.carillon.coordinator.webhook.WebhookClient;
import io.carillon.protocol.ProtocolCode;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uplinks from the desk to the business's endpoint, over a queue in memory. */
class UplinkTest {
    private final EndpointFixture endpoint = new EndpointFixture();
    private final WebhookClient client = endpoint.client(true);
    private final MemoryUplinkStore store = new MemoryUplinkStore();
    private final Map<String, App> apps = new HashMap<>();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong nowNs = new AtomicLong();
    private final RetrySchedule retries = new RetrySchedule(RetrySchedule.STANDARD, new Random(1));
    private final UplinkApps directory = new UplinkApps() {
        @Override
        public boolean known() {
            return true;
        }

        @Override
        public @Nullable App app(String id) {
            return apps.get(id);
        }
    };
    private final DeliveryLoop loop = new DeliveryLoop(
            store,
            new UplinkPost(directory, client, new WebhookBatches(client, scheduler, Clock.systemUTC(), 300)),
            retries,
            retries,
            new DeliveryBounds(100, Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofHours(1)),
            NodeRef.getDefaultInstance(),
            scheduler,
            nowNs::get,
            new SilentListener());
    private final UplinkDesk desk =
            new UplinkDesk(directory, store, client::gone, 10, loop::wake, new SilentListener());

    UplinkTest() {
        apps.put("demo", app(UplinkEndpoint.newBuilder().setUrl(endpoint.url("/all"))));
    }

    @AfterEach
    void close() {
        client.close();
        endpoint.close();
        scheduler.shutdownNow();
    }

    @Test
    void deliversWhatItStoredAtOnce() throws Exception {
        assertThat(ask(entry("ann", "chat", "c1"))).isEqualTo(UplinkResult.getDefaultInstance());

        await().until(() -> !store.fates().isEmpty());
        assertThat(store.fates()).containsExactly(UplinkFate.UPLINK_FATE_DELIVERED);
        AggregatedHttpRequest received = endpoint.received.getFirst();
        assertThat(received.headers().get("webhook-id")).isEqualTo("uplink-1");
        JsonNode body = new ObjectMapper().readTree(received.contentUtf8());
        assertThat(body.toString())
                .isEqualTo("{\"type\":\"uplink.received\",\"timestamp\":\"1970-01-01T00:00:01Z\",\"data\":"
                        + "{\"app\":\"demo\",\"user\":\"ann\",\"forward_type\":\"chat\",\"id\":\"c1\","
                        + "\"payload_base64\":\"aGk=\"}}");
    }

    @Test
    void goesByForwardTypeAndFallsBackToTheEndpointForAll() {
        apps.put(
                "demo",
                app(
                        UplinkEndpoint.newBuilder().setUrl(endpoint.url("/all")),
                        UplinkEndpoint.newBuilder()
                                .setUrl(endpoint.url("/chat"))
                                .addForwardTypes("chat")));

        ask(entry("ann", "chat", "c1"));
        ask(entry("ann", "other", "c2"));

        await().until(() -> endpoint.received.size() == 2);
        assertThat(endpoint.received)
                .extracting(AggregatedHttpRequest::path)
                .containsExactlyInAnyOrder("/chat", "/all");
    }

    @Test
    void refusesWhatNoEndpointTakes() {
        apps.put(
                "demo",
                app(UplinkEndpoint.newBuilder().setUrl(endpoint.url("/chat")).addForwardTypes("chat")));

        UplinkResult refused = ask(entry("ann", "other", "c1"));

        assertThat(refused.getCode()).isEqualTo(ProtocolCode.REQUEST_INVALID.wire());
        assertThat(refused.getText()).contains("other");
        assertThat(store.put).isEmpty();
    }

    @Test
    void refusesAnAppThatIsNotKnown() {
        UplinkResult refused =
                ask(entry("ann", "chat", "c1").toBuilder().setApp("x").build());

        assertThat(refused.getCode()).isEqualTo(ProtocolCode.APP_UNKNOWN.wire());
    }

    @Test
    void asksToComeAgainWhereTheQueueIsAway() {
        store.failure = new RpcException(RpcStatus.NOT_CONNECTED, "no saver");

        UplinkResult refused = ask(entry("ann", "chat", "c1"));

        assertThat(refused.getCode()).isEqualTo(ProtocolCode.UNAVAILABLE.wire());
        assertThat(refused.getRetryAfterSeconds()).isPositive();
    }

    @Test
    void storesAsTheAppWants() {
        apps.computeIfPresent("demo", (id, app) -> app.toBuilder()
                .setUplinkDurability(Durability.DURABILITY_REDIS)
                .build());

        ask(entry("ann", "chat", "c1"));

        assertThat(store.put.getFirst().getDurability()).isEqualTo(Durability.DURABILITY_REDIS);
    }

    @Test
    void givesTheRestOfAUsersBackWhenOneFails() {
        endpoint.answer(request -> HttpResponse.of(
                request.contentUtf8().contains("\"ann\"") ? HttpStatus.INTERNAL_SERVER_ERROR : HttpStatus.OK));
        store.add(entry("ann", "chat", "c1"), 0);
        store.add(entry("ann", "chat", "c2"), 0);
        store.add(entry("bob", "chat", "c3"), 0);

        loop.wake();

        await().until(() -> store.fates().size() == 3);
        assertThat(fate("1")).isEqualTo(UplinkFate.UPLINK_FATE_RETRY);
        assertThat(fate("2")).isEqualTo(UplinkFate.UPLINK_FATE_RETURNED);
        assertThat(fate("3")).isEqualTo(UplinkFate.UPLINK_FATE_DELIVERED);
        assertThat(store.settlements())
                .filteredOn(settlement -> settlement.getId().equals("1"))
                .allMatch(settlement -> settlement.getRetryAfterMs() >= 5_000 && settlement.getRetryAfterMs() <= 6_000);
    }

    @Test
    void letsAnUplinkThatFailedThreeTimesStepAside() {
        endpoint.answer(request -> HttpResponse.of(
                request.contentUtf8().contains("\"c1\"") ? HttpStatus.INTERNAL_SERVER_ERROR : HttpStatus.OK));
        store.add(entry("ann", "chat", "c1"), 2);
        store.add(entry("ann", "chat", "c2"), 0);

        loop.wake();

        await().until(() -> store.fates().size() == 2);
        assertThat(fate("1")).isEqualTo(UplinkFate.UPLINK_FATE_RETRY);
        assertThat(fate("2")).isEqualTo(UplinkFate.UPLINK_FATE_DELIVERED);
    }

    @Test
    void givesUpAfterTheLastAttempt() {
        endpoint.answer(request -> HttpResponse.of(HttpStatus.INTERNAL_SERVER_ERROR));
        store.add(entry("ann", "chat", "c1"), 9);

        loop.wake();

        await().until(() -> store.fates().equals(List.of(UplinkFate.UPLINK_FATE_DEAD)));
        assertThat(store.settlements().getFirst().getError()).contains("500");
    }

    @Test
    void aDeadOneLetsTheUsersNextGo() {
        endpoint.answer(request -> HttpResponse.of(
                request.contentUtf8().contains("\"c1\"") ? HttpStatus.INTERNAL_SERVER_ERROR : HttpStatus.OK));
        store.add(entry("ann", "chat", "c1"), 9);
        store.add(entry("ann", "chat", "c2"), 0);

        loop.wake();

        await().until(() -> store.fates().size() == 2);
        assertThat(fate("1")).isEqualTo(UplinkFate.UPLINK_FATE_DEAD);
        assertThat(fate("2")).isEqualTo(UplinkFate.UPLINK_FATE_DELIVERED);
    }

    @Test
    void buriesWhatAnEndpointThatIsGoneWasMeantFor() {
        endpoint.answer(request -> HttpResponse.of(HttpStatus.GONE));
        ask(entry("ann", "chat", "c1"));

        await().until(() -> store.fates().equals(List.of(UplinkFate.UPLINK_FATE_DEAD)));
        assertThat(ask(entry("ann", "chat", "c2")).getText()).contains("disabled");
    }

    @Test
    void aUsersUplinkWaitsForNoneThatIsForAnotherEndpoint() {
        apps.put(
                "demo",
                app(
                        UplinkEndpoint.newBuilder().setUrl(endpoint.url("/all")),
                        UplinkEndpoint.newBuilder()
                                .setUrl(endpoint.url("/chat"))
                                .addForwardTypes("chat")));
        endpoint.answer(request ->
                HttpResponse.of(request.path().equals("/chat") ? HttpStatus.INTERNAL_SERVER_ERROR : HttpStatus.OK));
        ask(entry("ann", "chat", "c1"));
        ask(entry("ann", "other", "c2"));

        await().until(() -> store.fates().size() == 2);
        assertThat(store.fates())
                .containsExactlyInAnyOrder(UplinkFate.UPLINK_FATE_RETRY, UplinkFate.UPLINK_FATE_DELIVERED);
    }

    @Test
    void deliversAUsersUplinksInOrder() {
        for (int i = 0; i < 50; i++) {
            store.add(entry("ann", "chat", "c" + i), 0);
        }

        loop.wake();

        await().until(() -> store.fates().size() == 50);
        for (int i = 0; i < 50; i++) {
            assertThat(endpoint.received.get(i).contentUtf8()).contains("\"c" + i + "\"");
        }
    }

    @Test
    void startsNothingThatItsLeaseDoesNotCover() {
        endpoint.answer(request -> {
            nowNs.addAndGet(Duration.ofSeconds(45).toNanos());
            return HttpResponse.of(HttpStatus.OK);
        });
        store.add(entry("ann", "chat", "c1"), 0);
        store.add(entry("ann", "chat", "c2"), 0);

        loop.wake();

        await().until(() -> store.fates().size() == 2);
        assertThat(fate("2")).isEqualTo(UplinkFate.UPLINK_FATE_RETURNED);
        assertThat(loop.inHand()).isZero();
    }

    private UplinkFate fate(String id) {
        return store.settlements().stream()
                .filter(settlement -> settlement.getId().equals(id))
                .findFirst()
                .orElseThrow()
                .getFate();
    }

    private UplinkResult ask(UplinkEntry entry) {
        return desk.onRequest(UplinkRequest.newBuilder().addEntries(entry).build(), new NoCall())
                .toCompletableFuture()
                .join()
                .getResults(0);
    }

    private static UplinkEntry entry(String user, String type, String id) {
        return UplinkEntry.newBuilder()
                .setApp("demo")
                .setUser(user)
                .setForwardType(type)
                .setClientId(id)
                .setPayload(ByteString.copyFromUtf8("hi"))
                .setReceivedAtMs(1_000)
                .build();
    }

    private static App app(UplinkEndpoint.Builder... endpoints) {
        Webhooks.Builder webhooks = Webhooks.newBuilder().addSecrets(EndpointFixture.SECRET);
        for (UplinkEndpoint.Builder endpoint : endpoints) {
            webhooks.addUplinks(endpoint);
        }
        return App.newBuilder().setId("demo").setWebhooks(webhooks).build();
    }
}
