package io.carillon.register.presence;

import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresencePutResponse;
import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceReportedResponse;
import java.util.concurrent.CompletableFuture;

/** What was last reported, behind saver. Thread-safe; never blocks and never throws. */
public interface PresenceStore {
    CompletableFuture<PresencePutResponse> put(PresencePutRequest request);

    CompletableFuture<PresenceReportedResponse> reported(PresenceReportedRequest request);
}
