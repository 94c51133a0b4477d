package io.carillon.register;

import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresencePutResponse;
import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceReportedResponse;
import io.carillon.register.presence.PresenceStore;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.peers.Peers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What was last reported, behind any saver. Thread-safe. */
final class SaverPresenceStore implements PresenceStore {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final Peers savers;

    SaverPresenceStore(Peers savers) {
        this.savers = savers;
    }

    @Override
    public CompletableFuture<PresencePutResponse> put(PresencePutRequest request) {
        return savers.callAny(SaverMethods.PRESENCE_PUT, request, TIMEOUT);
    }

    @Override
    public CompletableFuture<PresenceReportedResponse> reported(PresenceReportedRequest request) {
        return savers.callAny(SaverMethods.PRESENCE_REPORTED, request, TIMEOUT);
    }
}
