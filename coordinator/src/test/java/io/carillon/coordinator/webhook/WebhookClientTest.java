package io.carillon.coordinator.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookClientTest {
    private static final String BODY = "{\"type\":\"uplink.received\",\"text\":\"é\"}";

    private final EndpointFixture endpoint = new EndpointFixture();
    private final WebhookClient client = endpoint.client(true);

    @AfterEach
    void close() {
        client.close();
        endpoint.close();
    }

    @Test
    void signsSoThatAReceiverCanVerify() throws Exception {
        String old = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);

        WebhookOutcome outcome = client.post(
                        at(endpoint.url("/hook?x=1")),
                        new WebhookMessage("uplink-7", BODY, List.of(EndpointFixture.SECRET, old)),
                        () -> true)
                .join();

        assertThat(outcome.kind()).isEqualTo(WebhookOutcome.Kind.DELIVERED);
        AggregatedHttpRequest received = endpoint.received.getFirst();
        assertThat(received.path()).isEqualTo("/hook?x=1");
        assertThat(received.contentUtf8()).isEqualTo(BODY);
        assertThat(received.contentType()).isEqualTo(MediaType.JSON);
        assertThat(received.headers().get("webhook-id")).isEqualTo("uplink-7");
        String timestamp = received.headers().get("webhook-timestamp", "");
        assertThat(Instant.now().getEpochSecond() - Long.parseLong(timestamp)).isBetween(0L, 60L);
        assertThat(received.headers().get("webhook-signature", "").split(" "))
                .containsExactly(
                        signature("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", timestamp),
                        signature(old.substring("whsec_".length()), timestamp));
    }

    /** Written from the specification, with nothing of ours. */
    private static String signature(String base64Secret, String timestamp) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(base64Secret), "HmacSHA256"));
        byte[] signed = ("uplink-7." + timestamp + "." + BODY).getBytes(StandardCharsets.UTF_8);
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
    }

    @Test
    void signsTheExampleOfTheSpecification() {
        assertThat(WebhookSignature.of(
                        List.of(EndpointFixture.SECRET),
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1_614_265_330,
                        "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 429, 500, 503})
    void countsAnyOtherStatusAsAFailure(int status) {
        endpoint.answer(request -> HttpResponse.of(status));

        WebhookOutcome outcome = post(endpoint.url("/"));

        assertThat(outcome.kind()).isEqualTo(WebhookOutcome.Kind.FAILED);
        assertThat(outcome.detail()).contains(Integer.toString(status));
    }

    @Test
    void followsNoRedirect() {
        endpoint.answer(request -> request.path().equals("/other")
                ? HttpResponse.of(HttpStatus.OK)
                : HttpResponse.of(ResponseHeaders.of(
                        HttpStatus.TEMPORARY_REDIRECT, HttpHeaderNames.LOCATION, endpoint.url("/other"))));

        assertThat(post(endpoint.url("/")).kind()).isEqualTo(WebhookOutcome.Kind.FAILED);
        assertThat(endpoint.received).hasSize(1);
    }

    @Test
    void givesUpOnAnEndpointThatHangs() {
        endpoint.answer(request -> HttpResponse.streaming());

        try (WebhookClient hasty = endpoint.client(Duration.ofMillis(200), true)) {
            WebhookOutcome outcome =
                    hasty.post(at(endpoint.url("/")), message(), () -> true).join();
            assertThat(outcome.kind()).isEqualTo(WebhookOutcome.Kind.FAILED);
        }
    }

    @Test
    void readsNoMoreOfAnAnswerThanItsBound() {
        endpoint.answer(request ->
                HttpResponse.of(ResponseHeaders.of(HttpStatus.OK), HttpData.wrap(new byte[10 * 1024 * 1024])));

        assertThat(post(endpoint.url("/")).kind()).isEqualTo(WebhookOutcome.Kind.DELIVERED);
    }

    @Test
    void failsWhereNobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        assertThat(post("http://127.0.0.1:" + port + "/").kind()).isEqualTo(WebhookOutcome.Kind.FAILED);
        assertThat(post("http://no-such-host.invalid/").kind()).isEqualTo(WebhookOutcome.Kind.FAILED);
    }

    @Test
    void asksAnEndpointThatIsGoneNoMoreUntilItsSettingsChange() {
        endpoint.answer(request -> HttpResponse.of(HttpStatus.GONE));
        String url = endpoint.url("/");

        assertThat(post(url).kind()).isEqualTo(WebhookOutcome.Kind.GONE);
        assertThat(post(url).kind()).isEqualTo(WebhookOutcome.Kind.GONE);
        assertThat(endpoint.received).hasSize(1);
        assertThat(client.gone(at(url))).isTrue();

        client.reopen("demo");
        endpoint.answer(request -> HttpResponse.of(HttpStatus.NO_CONTENT));
        assertThat(post(url).kind()).isEqualTo(WebhookOutcome.Kind.DELIVERED);
    }

    @Test
    void boundsTheCallsToOneEndpoint() {
        List<CompletableFuture<HttpResponse>> open = new ArrayList<>();
        endpoint.answer(request -> {
            CompletableFuture<HttpResponse> later = new CompletableFuture<>();
            synchronized (open) {
                open.add(later);
            }
            return HttpResponse.of(later);
        });
        List<CompletableFuture<WebhookOutcome>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(client.post(at(endpoint.url("/")), message(), () -> true));
        }

        long refused = calls.stream()
                .filter(CompletableFuture::isDone)
                .filter(call -> call.join().kind() == WebhookOutcome.Kind.BUSY)
                .count();
        assertThat(refused).isEqualTo(200 - 4 - 100);
        assertThat(endpoint.received).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void opensTheCircuitOfAnEndpointThatKeepsFailing() {
        endpoint.answer(request -> HttpResponse.of(HttpStatus.INTERNAL_SERVER_ERROR));

        Awaitility.await().until(() -> post(endpoint.url("/")).kind() == WebhookOutcome.Kind.NOT_ATTEMPTED);
        int attempts = endpoint.received.size();
        post(endpoint.url("/"));
        assertThat(endpoint.received).hasSize(attempts);
    }

    @Test
    void whatOneAppsEndpointDoesIsNoOtherAppsWithTheSameUrl() {
        WebhookEndpoint ours = at(endpoint.url("/"));
        WebhookEndpoint theirs = new WebhookEndpoint("other", ours.url());
        endpoint.answer(request -> HttpResponse.of(HttpStatus.INTERNAL_SERVER_ERROR));
        Awaitility.await().until(() -> post(ours.url()).kind() == WebhookOutcome.Kind.NOT_ATTEMPTED);
        endpoint.answer(request -> HttpResponse.of(HttpStatus.GONE));

        assertThat(client.post(theirs, message(), () -> true).join().kind()).isEqualTo(WebhookOutcome.Kind.GONE);
        assertThat(client.gone(theirs)).isTrue();
        assertThat(client.gone(ours)).isFalse();
        client.reopen("demo");
        assertThat(client.gone(theirs)).as("another app's settings say nothing").isTrue();
    }

    @Test
    void callsNoNameThatResolvesToAPrivateAddress() {
        try (WebhookClient guarded = endpoint.client(false)) {
            String url = endpoint.url("/").replace("127.0.0.1", "localhost");
            WebhookOutcome outcome =
                    guarded.post(at(url), message(), () -> true).join();

            assertThat(outcome.detail()).contains("private");
            assertThat(endpoint.received).isEmpty();
        }
    }

    @Test
    void callsNoPrivateAddressUnlessItMay() {
        try (WebhookClient guarded = endpoint.client(false)) {
            WebhookOutcome outcome =
                    guarded.post(at(endpoint.url("/")), message(), () -> true).join();

            assertThat(outcome.kind()).isEqualTo(WebhookOutcome.Kind.FAILED);
            assertThat(outcome.detail()).contains("private");
            assertThat(endpoint.received).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "64:ff9b:1::7f00:1",
                "::ffff:0:7f00:1",
                "100.64.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "::ffff:127.0.0.1",
                "::7f00:1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "ff02::1"
            })
    void knowsWhatIsNotPublic(String address) throws Exception {
        assertThat(AddressGuard.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "193.0.0.1"})
    void knowsWhatIsPublic(String address) throws Exception {
        assertThat(AddressGuard.isPublic(InetAddress.getByName(address))).isTrue();
    }

    private WebhookOutcome post(String url) {
        return client.post(at(url), message(), () -> true).join();
    }

    private static WebhookMessage message() {
        return new WebhookMessage("uplink-7", BODY, List.of(EndpointFixture.SECRET));
    }

    private static WebhookEndpoint at(String url) {
        return new WebhookEndpoint("demo", url);
    }
}
