package io.carillon.center.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.carillon.center.app.AppDirectory;
import io.carillon.center.app.Credentials;
import io.carillon.center.route.TagHints;
import io.carillon.contract.App;
import io.carillon.rpc.RpcException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API of center: every route with who may call it. Refuses what has no key before its body is read, bounds the
 * requests under way, and turns every failure into a problem. Thread-safe.
 */
public final class HttpApi {
    private static final Logger log = LoggerFactory.getLogger(HttpApi.class);
    private static final String BEARER = "Bearer ";
    private static final long RETRY_AFTER_SECONDS = 1;

    private final ApiBounds bounds;
    private final AppDirectory apps;
    private final String adminKey;
    private final ApiListener listener;
    private final List<ApiRoute> routes = new ArrayList<>();
    private final ApiParts parts;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong inFlightBytes = new AtomicLong();

    public HttpApi(ApiParts parts, ApiBounds bounds, ApiListener listener) {
        this.bounds = bounds;
        this.listener = listener;
        this.parts = parts;
        apps = parts.apps();
        adminKey = parts.adminKey();
        routes.addAll(new MessageRoutes(
                        parts.post(),
                        new MessageHistory(parts.savers()),
                        parts.savers(),
                        parts.quotas(),
                        parts.counters(),
                        parts.clock())
                .routes());
        routes.addAll(
                new BroadcastRoutes(parts.broadcasts(), parts.audiences(), parts.savers(), parts.clock()).routes());
        TagHints hints = new TagHints(parts.router());
        routes.addAll(new UserRoutes(parts.router(), parts.savers(), hints, parts.tokens()).routes());
        routes.addAll(new LabelRoutes(parts.savers(), hints).routes());
        routes.addAll(
                new AppRoutes(parts.rows(), parts.credentials(), parts.counters(), parts.center(), parts.startedAt())
                        .routes());
        routes.addAll(new KickRoutes(parts.userKick(), parts.filterKick(), parts.savers()).routes());
        routes.addAll(new DeadLetterRoutes(parts.savers()).routes());
        routes.addAll(new AdminRoutes(parts.rows(), parts.credentials(), parts.fleet()).routes());
        routes.addAll(new MoveRoutes(parts.moves()).routes());
        routes.add(open("/openapi.json", contract()));
        routes.add(open("/healthz", parts.health()));
        routes.add(open("/readyz", parts.readiness()));
        routes.add(open("/metrics", parts.metrics()));
    }

    /** Adds the routes, the bounds and the form of errors to a server. */
    public void addTo(ServerBuilder server) {
        server.maxRequestLength(bounds.bodyBytesMax());
        server.requestTimeout(bounds.requestTimeout());
        server.errorHandler(new ProblemErrors());
        for (ApiRoute route : routes) {
            server.route().methods(route.method()).path(route.path()).build(service(route));
        }
    }

    /** Requests under way. */
    public int inFlight() {
        return inFlight.get();
    }

    /** What openapi.json has to describe. */
    List<ApiRoute> routes() {
        return List.copyOf(routes);
    }

    private HttpService service(ApiRoute route) {
        String name = route.method() + " " + route.path();
        return (context, http) -> {
            context.log()
                    .whenComplete()
                    .thenAccept(done -> listener.onAnswered(
                            name, done.responseHeaders().status().code(), done.totalDurationNanos()));
            return route.access() == Access.OPEN ? answerOpen(route, context, http) : answer(route, context, http);
        };
    }

    private static HttpResponse answerOpen(ApiRoute route, ServiceRequestContext context, HttpRequest http) {
        AggregatedHttpRequest head = AggregatedHttpRequest.of(http.headers());
        return HttpResponse.of(route.operation().on(new ApiRequest(context, head, App.getDefaultInstance())));
    }

    private HttpResponse answer(ApiRoute route, ServiceRequestContext context, HttpRequest http) {
        long declared = http.headers().contentLength();
        long bytes = declared >= 0 && declared <= bounds.bodyBytesMax() ? declared : bounds.bodyBytesMax();
        if (!enter(bytes)) {
            return Problem.retryAfter(ProblemCode.OVERLOADED, RETRY_AFTER_SECONDS, "Too many requests are under way.")
                    .toResponse();
        }
        App caller;
        try {
            caller = caller(route.access(), http);
        } catch (ProblemException refused) {
            leave(bytes);
            return refused.problem().toResponse();
        }
        CompletableFuture<HttpResponse> answer = http.aggregate()
                .thenCompose(whole -> route.operation().on(new ApiRequest(context, whole, caller)))
                .exceptionally(failure -> failed(route, failure));
        answer.whenComplete((response, failure) -> leave(bytes));
        return HttpResponse.of(answer);
    }

    private boolean enter(long bytes) {
        boolean fits = inFlight.incrementAndGet() <= bounds.inFlightMax();
        // Both are counted in any case, so that leaving is the same for all.
        fits &= inFlightBytes.addAndGet(bytes) <= bounds.inFlightBytesMax();
        if (!fits) {
            leave(bytes);
        }
        return fits;
    }

    private void leave(long bytes) {
        inFlight.decrementAndGet();
        inFlightBytes.addAndGet(-bytes);
    }

    private App caller(Access access, HttpRequest http) {
        String header = http.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        String key = header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? header.substring(BEARER.length()).trim()
                : "";
        if (access == Access.ADMIN) {
            if (key.isEmpty() || !Credentials.same(key, adminKey)) {
                throw unauthorized("the admin key");
            }
            return App.getDefaultInstance();
        }
        App app = key.isEmpty() ? null : apps.ofKey(key);
        if (app == null) {
            throw unauthorized("an API key of an app");
        }
        if (app.getDisabled()) {
            throw new ProblemException(
                    Problem.of(ProblemCode.APP_DISABLED, "The app " + app.getId() + " is disabled."));
        }
        return app;
    }

    private static ProblemException unauthorized(String expected) {
        return new ProblemException(Problem.of(
                ProblemCode.UNAUTHORIZED,
                "Authorization: missing or not valid (expected: Bearer and " + expected + ")"));
    }

    private HttpResponse failed(ApiRoute route, Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case ProblemException refused -> refused.problem().toResponse();
            case RpcException call -> unanswered(route, call).toResponse();
            case ContentTooLargeException tooLarge ->
                tooLarge(bounds.bodyBytesMax()).toResponse();
            case RequestTimeoutException late ->
                Problem.of(ProblemCode.REQUEST_TIMEOUT, "The request was not whole in time.")
                        .toResponse();
            case ClosedStreamException gone -> abandoned(route);
            case AbortedStreamException gone -> abandoned(route);
            default -> {
                log.error("request failed route={} method={}", route.path(), route.method(), cause);
                yield Problem.of(ProblemCode.INTERNAL, "See the log of " + parts.center() + ".")
                        .toResponse();
            }
        };
    }

    /** The caller went before its request was whole: nobody reads the answer. */
    private static HttpResponse abandoned(ApiRoute route) {
        log.debug("request abandoned route={} method={}", route.path(), route.method());
        return Problem.of(ProblemCode.REQUEST_INVALID, "The request ended before it was whole.")
                .toResponse();
    }

    /** What only reads has changed nothing, however its call ended. */
    private static Problem unanswered(ApiRoute route, RpcException call) {
        String ending = call.status().label();
        if (call.notExecuted() || route.method() == HttpMethod.GET) {
            return Problem.retryAfter(
                    ProblemCode.UNAVAILABLE, RETRY_AFTER_SECONDS, "The call behind it ended: " + ending + ".");
        }
        return Problem.of(ProblemCode.UNKNOWN, "The call behind it ended: " + ending + ".");
    }

    static Problem tooLarge(long bytesMax) {
        return Problem.of(ProblemCode.BODY_TOO_LARGE, "body: too large (expected: at most " + bytesMax + " bytes)");
    }

    private static ApiRoute open(String path, HttpService service) {
        return new ApiRoute(HttpMethod.GET, path, Access.OPEN, request -> {
            try {
                return CompletableFuture.completedFuture(service.serve(
                        request.context(), HttpRequest.of(request.http().headers())));
            } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    private static HttpService contract() {
        try (InputStream in = HttpApi.class.getResourceAsStream("/io/carillon/center/openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("openapi.json is not in the jar");
            }
            HttpData contract = HttpData.wrap(in.readAllBytes());
            return (context, request) -> HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, contract);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
