package io.carillon.coordinator.webhook;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.Server;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A business's endpoint on a free port, and a client that may call it. */
public final class EndpointFixture implements AutoCloseable {
    public static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    public final List<AggregatedHttpRequest> received = new CopyOnWriteArrayList<>();
    private volatile Function<AggregatedHttpRequest, HttpResponse> answer = request -> HttpResponse.of(HttpStatus.OK);
    private final ExecutorService resolver = Executors.newFixedThreadPool(2);
    private final Server server = Server.builder()
            .http(0)
            .serviceUnder(
                    "/",
                    (context, request) -> HttpResponse.of(request.aggregate().thenApply(whole -> {
                        received.add(whole);
                        return answer.apply(whole);
                    })))
            .build();

    public EndpointFixture() {
        server.start().join();
    }

    public void answer(Function<AggregatedHttpRequest, HttpResponse> function) {
        answer = function;
    }

    public String url(String path) {
        return "http://127.0.0.1:" + server.activeLocalPort() + path;
    }

    /** Patient, since the machine may be busy: what is not meant to hang does not fail. */
    public WebhookClient client(boolean privateAllowed) {
        return client(Duration.ofSeconds(30), privateAllowed);
    }

    WebhookClient client(Duration responseTimeout, boolean privateAllowed) {
        WebhookBounds bounds =
                new WebhookBounds(Duration.ofSeconds(30), responseTimeout, 16 * 1024, 4, 100, privateAllowed);
        return new WebhookClient(bounds, Clock.systemUTC(), resolver);
    }

    @Override
    public void close() {
        // Not waited for: the server takes its quiet period of two seconds.
        server.stop();
        resolver.shutdownNow();
    }
}
