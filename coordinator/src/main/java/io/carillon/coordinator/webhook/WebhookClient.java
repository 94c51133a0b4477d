package io.carillon.coordinator.webhook;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.HttpStatusClass;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.SplitHttpResponse;
import io.carillon.runtime.node.Release;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Posts webhooks. Redirects are not followed, an answer's body is read to a bound and ignored, and the address that the
 * guard has chosen is the one that is connected to. Each endpoint of each app has its own gate. Thread-safe; never blocks.
 */
public final class WebhookClient implements AutoCloseable {
    private static final int ENDPOINTS_MAX = 10_000;

    private final WebhookBounds bounds;
    private final Clock clock;
    private final Executor resolver;
    private final AddressGuard guard;
    private final ClientFactory factory;
    private final ConcurrentMap<WebhookEndpoint, EndpointGate> gates = new ConcurrentHashMap<>();

    /** @param resolver bounded threads on which names are resolved, which blocks */
    public WebhookClient(WebhookBounds bounds, Clock clock, Executor resolver) {
        this.bounds = bounds;
        this.clock = clock;
        this.resolver = resolver;
        guard = new AddressGuard(bounds.privateAllowed());
        factory =
                ClientFactory.builder().connectTimeout(bounds.connectTimeout()).build();
    }

    /**
     * Calls the endpoint when its gate lets it. Never fails.
     *
     * @param inTime asked when the turn has come; where it says no, the call is not made
     */
    public CompletableFuture<WebhookOutcome> post(
            WebhookEndpoint endpoint, WebhookMessage message, BooleanSupplier inTime) {
        if (gates.size() >= ENDPOINTS_MAX) {
            // Endpoints of the past are dropped all at once; their circuits start closed again.
            gates.clear();
        }
        return gates.computeIfAbsent(endpoint, ignored -> new EndpointGate(endpoint.url(), bounds))
                .call(() -> attempt(endpoint.url(), message), inTime);
    }

    /** Forgets that the app's endpoints were gone: its settings have changed. */
    public void reopen(String app) {
        gates.forEach((endpoint, gate) -> {
            if (endpoint.app().equals(app)) {
                gate.reopen();
            }
        });
    }

    /** True where the endpoint answered 410 and was not reopened since. */
    public boolean gone(WebhookEndpoint endpoint) {
        EndpointGate gate = gates.get(endpoint);
        return gate != null && gate.gone();
    }

    private CompletableFuture<WebhookOutcome> attempt(String url, WebhookMessage message) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(WebhookOutcome.failed("the URL is not usable"));
        }
        return resolve(uri.getHost())
                .thenCompose(addresses -> {
                    InetAddress address = guard.choose(addresses);
                    return address == null
                            ? CompletableFuture.completedFuture(WebhookOutcome.failed(
                                    "the endpoint's address is private or reserved (expected: a public one)"))
                            : exchange(uri, address, message);
                })
                .exceptionally(WebhookClient::failure);
    }

    private CompletableFuture<List<InetAddress>> resolve(String host) {
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return List.of(InetAddress.getAllByName(host));
                        } catch (UnknownHostException e) {
                            throw new CompletionException(e);
                        }
                    },
                    resolver);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<WebhookOutcome> exchange(URI uri, InetAddress address, WebhookMessage message) {
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        Endpoint endpoint = Endpoint.of(uri.getHost(), port).withIpAddr(address.getHostAddress());
        WebClient client = WebClient.builder(tls ? SessionProtocol.HTTPS : SessionProtocol.HTTP, endpoint)
                .factory(factory)
                .responseTimeout(bounds.responseTimeout())
                .writeTimeout(bounds.responseTimeout())
                .maxResponseLength(bounds.responseBytesMax())
                .build();
        SplitHttpResponse response = client.execute(
                        HttpRequest.of(headers(uri, message), HttpData.ofUtf8(message.body())))
                .split();
        // The status decides. The body is read for the connection's sake, and cut off where it is too long.
        return response.headers()
                .thenCompose(headers -> response.body().collect().handle((body, failure) -> outcome(headers.status())));
    }

    private RequestHeaders headers(URI uri, WebhookMessage message) {
        long timestamp = clock.instant().getEpochSecond();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return RequestHeaders.builder(HttpMethod.POST, path + query)
                .contentType(MediaType.JSON)
                .set("user-agent", "Carillon/" + Release.version())
                .set("webhook-id", message.id())
                .set("webhook-timestamp", Long.toString(timestamp))
                .set(
                        "webhook-signature",
                        WebhookSignature.of(message.secrets(), message.id(), timestamp, message.body()))
                .build();
    }

    private static WebhookOutcome outcome(HttpStatus status) {
        if (status.codeClass() == HttpStatusClass.SUCCESS) {
            return WebhookOutcome.DELIVERED;
        }
        if (status.code() == HttpStatus.GONE.code()) {
            return new WebhookOutcome(WebhookOutcome.Kind.GONE, "the endpoint answered 410");
        }
        return WebhookOutcome.failed("the endpoint answered " + status.code() + " (expected: 2xx)");
    }

    private static WebhookOutcome failure(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String said = cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return WebhookOutcome.failed(cause.getClass().getSimpleName() + said);
    }

    @Override
    public void close() {
        factory.closeAsync();
    }
}
