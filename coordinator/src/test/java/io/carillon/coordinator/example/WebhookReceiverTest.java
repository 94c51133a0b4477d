package io.carillon.coordinator.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.coordinator.webhook.EndpointFixture;
import io.carillon.coordinator.webhook.WebhookClient;
import io.carillon.coordinator.webhook.WebhookEndpoint;
import io.carillon.coordinator.webhook.WebhookMessage;
import io.carillon.coordinator.webhook.WebhookOutcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The example against the client that it is written for. */
class WebhookReceiverTest {
    private static final String OTHER_SECRET = "whsec_" + "QUFB".repeat(8);

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final EndpointFixture endpoint = new EndpointFixture();
    private final WebhookClient client = endpoint.client(true);

    @AfterEach
    void close() {
        client.close();
        endpoint.close();
    }

    @Test
    void takesWhatIsSignedOnce() throws IOException {
        try (WebhookReceiver receiver = receiver(Clock.systemUTC())) {
            assertThat(post(receiver, "1", EndpointFixture.SECRET).kind()).isEqualTo(WebhookOutcome.Kind.DELIVERED);
            assertThat(post(receiver, "1", EndpointFixture.SECRET).kind()).isEqualTo(WebhookOutcome.Kind.DELIVERED);
            assertThat(post(receiver, "2", OTHER_SECRET, EndpointFixture.SECRET).kind())
                    .isEqualTo(WebhookOutcome.Kind.DELIVERED);
        }
        assertThat(events).containsExactly("{\"n\":\"1\"}", "{\"n\":\"2\"}");
    }

    @Test
    void refusesAnotherSignatureAndARecording() throws IOException {
        try (WebhookReceiver receiver = receiver(Clock.systemUTC());
                WebhookReceiver later = receiver(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(6)))) {
            assertThat(post(receiver, "1", OTHER_SECRET).detail()).contains("401");
            assertThat(post(later, "1", EndpointFixture.SECRET).detail()).contains("400");
        }
        assertThat(events).isEmpty();
    }

    private WebhookReceiver receiver(Clock clock) throws IOException {
        return new WebhookReceiver(0, EndpointFixture.SECRET, clock, events::add);
    }

    private WebhookOutcome post(WebhookReceiver receiver, String n, String... secrets) {
        return client.post(
                        new WebhookEndpoint("demo", "http://127.0.0.1:" + receiver.port() + "/"),
                        new WebhookMessage("uplink-" + n, "{\"n\":\"" + n + "\"}", List.of(secrets)),
                        () -> true)
                .join();
    }
}
