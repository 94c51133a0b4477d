package io.carillon.center.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.concurrent.CompletableFuture;

/** What a route does. Runs on an event loop and must not block; a {@link ProblemException}, thrown or as failure, is answered. */
@FunctionalInterface
interface Operation {
    CompletableFuture<HttpResponse> on(ApiRequest request);
}
