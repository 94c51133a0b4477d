package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.WebhookInbox;
import io.carillon.sdk.Binding;
import io.carillon.sdk.CarillonClient;
import io.carillon.sdk.Message;
import io.carillon.sdk.SdkRuntime;
import io.carillon.sdk.UplinkReceipt;
import io.carillon.sdk.store.ClientStore;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Uplinks from a device's SDK to the business's endpoint, through a real fleet. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UplinksIT {
    private static final int UPLINKS = 200;
    /** Generous: what the dead coordinator had in hand is taken by its next life at once. */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final SdkRuntime runtime = SdkRuntime.create(1, 2, 1);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private WebhookInbox inbox;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private CarillonClient device;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private Binding binding;

    @BeforeAll
    void start() throws Exception {
        fleet = RunningFleet.start("uplinks");
        inbox = new WebhookInbox();
        FleetState state = fleet.state();
        device = CarillonClient.builder()
                .dispatcher(URI.create("http://"
                        + state.ofRole("dispatcher").findFirst().orElseThrow().address("http")))
                .deviceId("uplinks")
                .store(ClientStore.inMemory())
                .runtime(runtime)
                .trust(fleet.trust())
                .connect();
        binding = device.bind(
                state.credentials().app(), "ann", (app, of) -> fleet.center().token(of), message -> {});
        putWebhooks(webhooks());
        // Until the coordinator has the new settings it refuses what no endpoint takes.
        await().atMost(LIMIT).ignoreExceptions().until(() -> confirmed(send("first")) != null);
    }

    private ObjectNode webhooks() {
        ObjectNode webhooks = new ObjectMapper().createObjectNode();
        webhooks.putArray("uplinks").addObject().put("url", inbox.url());
        webhooks.put("secret", inbox.secret());
        return webhooks;
    }

    private void putWebhooks(ObjectNode webhooks) throws Exception {
        CenterClient.Answer answer = fleet.center().put("/v1/webhooks", webhooks);
        assertThat(answer.status()).as(answer.problem()).isEqualTo(200);
    }

    @AfterAll
    void stop() throws Exception {
        device.close();
        runtime.close();
        inbox.close();
        fleet.close();
    }

    @Test
    void aConfirmedUplinkReachesTheEndpointExactlyOnceAndSigned() throws Exception {
        String id = confirmed(send("hello")).id();

        await().atMost(LIMIT).until(() -> !of(id).isEmpty());
        await().during(Duration.ofSeconds(3)).atMost(LIMIT).until(() -> of(id).size() == 1);
        JsonNode one = of(id).getFirst();
        assertThat(inbox.refused()).as("not signed").isZero();
        assertThat(one.path("user").asText()).isEqualTo("ann");
        assertThat(one.path("forward_type").asText()).isEqualTo("chat");
        assertThat(one.path("payload_base64").asText()).isEqualTo("aGVsbG8=");
    }

    @Test
    void anEndpointThatHangsHoldsUpNothingForAnother() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 500, InetAddress.getLoopbackAddress())) {
            ObjectNode webhooks = webhooks();
            ((ArrayNode) webhooks.get("uplinks"))
                    .addObject()
                    .put("url", "http://127.0.0.1:" + silent.getLocalPort() + "/")
                    .putArray("forward_types")
                    .add("hang");
            putWebhooks(webhooks);
            try (Socket call = firstCall(silent)) {
                for (int i = 0; i < UPLINKS; i++) {
                    confirmed(binding.uplink("hang", new byte[] {2}));
                }
                String id = confirmed(send("beside")).id();
                await().atMost(Duration.ofSeconds(10)).until(() -> !of(id).isEmpty());
                assertThat(call.isClosed()).isFalse();
            }
        } finally {
            putWebhooks(webhooks());
        }
    }

    /** Until the coordinator has the settings, the other endpoint gets these. */
    private Socket firstCall(ServerSocket silent) throws Exception {
        silent.setSoTimeout(500);
        return await().atMost(LIMIT)
                .ignoreException(SocketTimeoutException.class)
                .until(
                        () -> {
                            confirmed(binding.uplink("hang", new byte[] {1}));
                            return silent.accept();
                        },
                        call -> true);
    }

    @Test
    void aRequestCompletesWithTheBusinesssReply() throws Exception {
        inbox.beforeAnswering(delivery -> {
            JsonNode data = delivery.events().getFirst().data();
            if (data.path("forward_type").asText().equals("ask")) {
                ObjectNode reply = new ObjectMapper()
                        .createObjectNode()
                        .put("in_reply_to", data.path("id").asText());
                fleet.center().message(List.of(data.path("user").asText()), "fine", reply, null);
            }
        });

        Message reply = binding.request("ask", "how are you?".getBytes(StandardCharsets.UTF_8), LIMIT)
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertThat(reply.text()).isEqualTo("fine");
        inbox.beforeAnswering(delivery -> {});
    }

    @Test
    void everyConfirmedUplinkArrivesAlthoughTheCoordinatorIsKilledInTheMiddle() throws Exception {
        CountDownLatch inTheMiddle = new CountDownLatch(UPLINKS / 4);
        CountDownLatch killed = new CountDownLatch(1);
        inbox.beforeAnswering(delivery -> {
            inTheMiddle.countDown();
            if (inTheMiddle.getCount() == 0) {
                awaitQuietly(killed);
            }
        });
        List<CompletableFuture<UplinkReceipt>> sent = new ArrayList<>();
        for (int i = 0; i < UPLINKS / 2; i++) {
            sent.add(send("early " + i));
        }
        assertThat(inTheMiddle.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        fleet.kill("coordinator-1");
        killed.countDown();
        for (int i = 0; i < UPLINKS / 2; i++) {
            sent.add(send("late " + i));
        }
        fleet.startAgain("coordinator-1");

        Set<String> confirmed = new LinkedHashSet<>();
        for (CompletableFuture<UplinkReceipt> one : sent) {
            confirmed.add(confirmed(one).id());
        }
        assertThat(confirmed).hasSize(UPLINKS);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(clientIds()).containsAll(confirmed));
        assertThat(inbox.refused()).as("not signed").isZero();
        assertThat(inbox.deliveries()
                        .map(UplinksIT::clientId)
                        .filter(confirmed::contains)
                        .distinct())
                .as("in the order in which the device sent them")
                .containsExactlyElementsOf(confirmed);
        assertThat(inbox.deliveries()
                        .filter(one -> confirmed.contains(clientId(one)))
                        .map(one -> clientId(one) + " " + one.webhookId())
                        .distinct())
                .as("repetitions have the same webhook-id")
                .hasSize(UPLINKS);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<UplinkReceipt> send(String text) {
        return binding.uplink("chat", text.getBytes(StandardCharsets.UTF_8));
    }

    private static UplinkReceipt confirmed(CompletableFuture<UplinkReceipt> sent) throws Exception {
        return sent.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private List<JsonNode> of(String clientId) {
        return inbox.events()
                .filter(event -> event.type().equals("uplink.received"))
                .map(WebhookInbox.Event::data)
                .filter(data -> data.path("id").asText().equals(clientId))
                .toList();
    }

    private static String clientId(WebhookInbox.Delivery delivery) {
        return delivery.events().getFirst().data().path("id").asText();
    }

    private Set<String> clientIds() {
        return inbox.deliveries().map(UplinksIT::clientId).collect(Collectors.toSet());
    }
}
