package io.carillon.deploy.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import io.carillon.deploy.http.CenterClient;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Posts unicasts, one user a request, a bounded number at a time, and keeps what was answered. A request that was refused
 * or whose outcome is unknown is repeated under its Idempotency-Key, as a business would do it. Thread-safe.
 */
public final class UnicastSender {
    private static final int ATTEMPTS_MAX = 8;
    private static final long AGAIN_MS = 250;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR_FIRST = 500;

    private final CenterClient center;
    private final Semaphore inFlight;
    private final int inFlightMax;
    private final AtomicInteger repeated = new AtomicInteger();

    public UnicastSender(CenterClient center, int inFlightMax) {
        this.center = center;
        this.inFlightMax = inFlightMax;
        inFlight = new Semaphore(inFlightMax);
    }

    /**
     * What became of a request.
     *
     * @param startedNs before its first attempt, by {@link System#nanoTime}
     * @param httpStatus of the last attempt; 0 when no center could be reached
     * @param status as in the answer: stored, sent, dropped …; empty where there was none
     * @param messageId empty where there was none
     * @param answer of the last attempt, for a complaint
     */
    public record Sent(
            String user, String text, long startedNs, int httpStatus, String status, String messageId, String answer) {
        /** Answered 200, and stored: it must arrive. */
        public boolean promised() {
            return httpStatus == 200 && status.equals("stored");
        }
    }

    /** Waits for a free place, then sends; never fails, the outcome says what happened. */
    public CompletableFuture<Sent> send(String user, String text) throws InterruptedException {
        inFlight.acquire();
        return attempt(user, text, System.nanoTime(), UUID.randomUUID().toString(), 1)
                .whenComplete((sent, failure) -> inFlight.release());
    }

    /** Waits until nothing is under way. */
    public void drain() throws InterruptedException {
        inFlight.acquire(inFlightMax);
        inFlight.release(inFlightMax);
    }

    /** How many attempts were repetitions. */
    public int repeated() {
        return repeated.get();
    }

    private CompletableFuture<Sent> attempt(String user, String text, long startedNs, String key, int attempt) {
        return center.message(List.of(user), text, key)
                .handle((answer, failure) -> sent(user, text, startedNs, answer, failure))
                .thenCompose(sent -> {
                    boolean again = sent.httpStatus() == 0
                            || sent.httpStatus() == TOO_MANY_REQUESTS
                            || sent.httpStatus() >= SERVER_ERROR_FIRST;
                    if (!again || attempt == ATTEMPTS_MAX) {
                        return CompletableFuture.completedFuture(sent);
                    }
                    repeated.incrementAndGet();
                    return CompletableFuture.supplyAsync(
                                    () -> key,
                                    CompletableFuture.delayedExecutor(AGAIN_MS * attempt, TimeUnit.MILLISECONDS))
                            .thenCompose(same -> attempt(user, text, startedNs, same, attempt + 1));
                });
    }

    private static Sent sent(
            String user,
            String text,
            long startedNs,
            CenterClient.@Nullable Answer answer,
            @Nullable Throwable failure) {
        if (answer == null) {
            return new Sent(user, text, startedNs, 0, "", "", String.valueOf(failure));
        }
        JsonNode result = answer.body().path("results").path(0);
        return new Sent(
                user,
                text,
                startedNs,
                answer.status(),
                result.path("status").asText(""),
                result.path("message_id").asText(""),
                answer.ok() ? answer.body().toString() : answer.problem());
    }
}
