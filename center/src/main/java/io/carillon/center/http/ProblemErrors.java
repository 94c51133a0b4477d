package io.carillon.center.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.jspecify.annotations.Nullable;

/** Gives the errors that the server finds before or around a route the form of problems. */
final class ProblemErrors implements ServerErrorHandler {
    @Override
    public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        return cause instanceof RequestTimeoutException
                ? Problem.of(
                                ProblemCode.REQUEST_TIMEOUT,
                                "The request was not whole in time (expected: within " + context.requestTimeoutMillis()
                                        + " ms).")
                        .toResponse()
                : null;
    }

    @Override
    public @Nullable AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        String path = headers == null ? "" : headers.path();
        return problem(config, status, path, description)
                .toResponse()
                .aggregate()
                .join();
    }

    private static Problem problem(ServiceConfig config, HttpStatus status, String path, @Nullable String description) {
        return switch (status.code()) {
            case 404 -> Problem.of(ProblemCode.NOT_FOUND, "No such route (expected: one of /openapi.json).");
            case 405 -> Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "Not a method of this route (see /openapi.json).");
            case 408 -> Problem.of(ProblemCode.REQUEST_TIMEOUT, "The request was not whole in time.");
            case 413 -> HttpApi.tooLarge(config.maxRequestLength());
            case 503 -> Problem.retryAfter(ProblemCode.OVERLOADED, 1, "The server is stopping or overloaded.");
            default ->
                status.isServerError()
                        ? Problem.of(ProblemCode.INTERNAL, "The server failed.")
                        : Problem.of(
                                ProblemCode.REQUEST_INVALID,
                                description == null ? "Not a valid HTTP request: " + path : description);
        };
    }
}
