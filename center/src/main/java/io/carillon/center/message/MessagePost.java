package io.carillon.center.message;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.route.RouteFate;
import io.carillon.center.route.Router;
import io.carillon.center.route.Routing;
import io.carillon.contract.ClaimStatus;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.LookupResult;
import io.carillon.contract.PutResult;
import io.carillon.runtime.timeout.UniformTimeout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes a checked message through its steps: ids, claim of the Idempotency-Key, put, and only then the lookup and the
 * delivery.
 *
 * <p>The order is what keeps a message from falling between the chairs: it is stored before the session is looked up,
 * and a room registers before it loads, so one of the two sees the other. The answer leaves when the put is done; it
 * waits at most {@code onlineWait} for the lookup, to say who is online, and never for a delivery. What is to be sent
 * later goes to the schedule instead of the mailboxes, and takes the other steps when it is due. Thread-safe.
 */
public final class MessagePost {
    private final MessageIds ids;
    private final IdempotencyClaims claims;
    private final ScheduleStore schedule;
    private final MessageStore store;
    private final Router router;
    private final Clock clock;
    private final UniformTimeout onlineWait;
    private final PostListener listener;
    private final OfflineReceipts offline;

    /** @param onlineWait how long the answer waits for the lookup */
    public MessagePost(
            MessageIds ids,
            SaverClient savers,
            MessageStore store,
            Router router,
            Clock clock,
            UniformTimeout onlineWait,
            PostListener listener,
            OfflineReceipts offline) {
        this.ids = ids;
        claims = new IdempotencyClaims(savers);
        schedule = new ScheduleStore(savers, listener);
        this.store = store;
        this.router = router;
        this.clock = clock;
        this.onlineWait = onlineWait;
        this.listener = listener;
        this.offline = offline;
    }

    /**
     * Posts a message. Never fails; completes on an event loop.
     *
     * @param key the Idempotency-Key, null for none
     * @param body the request's body, for telling a repeat from another request with the same key
     */
    public CompletableFuture<PostAnswer> post(String app, PostedMessage message, @Nullable String key, byte[] body) {
        Draft draft = draft(app, message, key);
        boolean later = message.sendAtMs() > draft.acceptedAtMs();
        boolean now = message.qos() == 0 && !later;
        if (key == null) {
            return now ? send(draft) : store(draft, later, false);
        }
        return claims.claim(app, key, body, draft.requestId())
                .thenCompose(status -> now ? sendOnce(draft, status) : store(draft, later, status));
    }

    private CompletableFuture<PostAnswer> store(Draft draft, boolean later, ClaimStatus status) {
        return switch (status) {
            case CLAIM_STATUS_CONFLICT -> CompletableFuture.completedFuture(new PostAnswer.KeyConflict());
            case CLAIM_STATUS_NEW -> store(draft, later, false);
            // The derived ids make the put of a repeat harmless, so a claim that nobody took holds nothing up. But what
            // an earlier request with this key may have stored can't be called "not stored" any more.
            case CLAIM_STATUS_REPEATED, CLAIM_STATUS_UNAVAILABLE, CLAIM_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                store(draft, later, true);
        };
    }

    private CompletableFuture<PostAnswer> store(Draft draft, boolean later, boolean maybeStoredBefore) {
        return later ? schedule.put(draft, maybeStoredBefore) : put(draft, maybeStoredBefore);
    }

    private Draft draft(String app, PostedMessage message, @Nullable String key) {
        List<ByteString> messageIds = new ArrayList<>(message.users().size());
        for (String user : message.users()) {
            messageIds.add(key == null ? ids.next() : ids.ofMessage(app, key, user));
        }
        ByteString requestId = key == null ? ids.next() : ids.ofRequest(app, key);
        long acceptedAtMs = clock.millis();
        ByteString extension = message.extension(Math.max(acceptedAtMs, message.sendAtMs()));
        return new Draft(app, message, extension, requestId, messageIds, acceptedAtMs, key != null);
    }

    // ---- QoS 1 ----

    private CompletableFuture<PostAnswer> put(Draft draft, boolean maybeStoredBefore) {
        return store.put(draft.putEntries()).thenCompose(outcomes -> {
            CompletableFuture<List<LookupResult>> sightings = routeStored(draft, outcomes);
            return sightings.thenApply(seen -> storedAnswer(draft, outcomes, seen, maybeStoredBefore));
        });
    }

    /** Starts the routing of what is stored; the sightings of all users, or nothing when they take too long. */
    private CompletableFuture<List<LookupResult>> routeStored(Draft draft, List<StoreOutcome> outcomes) {
        List<Integer> stored = new ArrayList<>();
        List<DeliverEntry> entries = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            StoreOutcome outcome = outcomes.get(i);
            if (outcome.kind() == StoreOutcome.Kind.STORED && !outcome.result().getSettled()) {
                stored.add(i);
                entries.add(draft.deliverEntry(i, outcome.result()));
            }
        }
        CompletableFuture<List<LookupResult>> sightings = new CompletableFuture<>();
        Routing routing = router.route(entries);
        offline.tell(draft.app(), entries, routing.fates());
        routing.sightings().thenAccept(seen -> sightings.complete(spread(draft.size(), stored, seen)));
        return onlineWait.bound(sightings, spread(draft.size(), List.of(), List.of()));
    }

    private static List<LookupResult> spread(int size, List<Integer> indexes, List<LookupResult> seen) {
        List<LookupResult> all = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            all.add(LookupResult.getDefaultInstance());
        }
        for (int k = 0; k < indexes.size(); k++) {
            all.set(indexes.get(k), seen.get(k));
        }
        return all;
    }

    private PostAnswer storedAnswer(
            Draft draft, List<StoreOutcome> outcomes, List<LookupResult> seen, boolean maybeStoredBefore) {
        List<UserAnswer> answers = new ArrayList<>(draft.size());
        for (int i = 0; i < draft.size(); i++) {
            StoreOutcome outcome = outcomes.get(i);
            PutResult result = outcome.result();
            UserAnswer.Status status = status(outcome.kind(), maybeStoredBefore);
            boolean stored = status == UserAnswer.Status.STORED;
            answers.add(new UserAnswer(
                    draft.user(i),
                    draft.messageIds().get(i),
                    stored ? result.getSeq() : 0,
                    status,
                    online(seen.get(i)),
                    stored && result.getInRedis(),
                    stored && result.getInMysql(),
                    stored ? "" : status.label(),
                    stored ? "" : detail(status, result)));
        }
        answers.forEach(answer -> listener.onAnswer(answer.status()));
        return new PostAnswer.Done(draft.requestId(), answers);
    }

    private static UserAnswer.Status status(StoreOutcome.Kind kind, boolean maybeStoredBefore) {
        return switch (kind) {
            case STORED -> UserAnswer.Status.STORED;
            case REJECTED -> UserAnswer.Status.REJECTED;
            case UNKNOWN -> UserAnswer.Status.UNKNOWN;
            case NOT_STORED -> maybeStoredBefore ? UserAnswer.Status.UNKNOWN : UserAnswer.Status.NOT_STORED;
        };
    }

    private static String detail(UserAnswer.Status status, PutResult result) {
        if (!result.getError().isEmpty()) {
            return result.getError();
        }
        return status == UserAnswer.Status.NOT_STORED
                ? "No store took the message; it will not be delivered."
                : "It is not known whether the message is stored; it may be delivered. Try again with the same"
                        + " Idempotency-Key.";
    }

    // ---- QoS 0 ----

    /** Nothing tells a second sending from the first, so under a key there is none, also where the claim can't be had. */
    private CompletableFuture<PostAnswer> sendOnce(Draft draft, ClaimStatus status) {
        return switch (status) {
            case CLAIM_STATUS_NEW -> send(draft);
            case CLAIM_STATUS_CONFLICT -> CompletableFuture.completedFuture(new PostAnswer.KeyConflict());
            case CLAIM_STATUS_REPEATED ->
                CompletableFuture.completedFuture(notSent(
                        draft,
                        UserAnswer.Status.UNKNOWN,
                        "repeated",
                        "The message was sent or dropped when this Idempotency-Key came first; with QoS 0 it is not sent"
                                + " again."));
            case CLAIM_STATUS_UNAVAILABLE, CLAIM_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                CompletableFuture.completedFuture(notSent(
                        draft,
                        UserAnswer.Status.DROPPED,
                        "key_unchecked",
                        "Whether this Idempotency-Key came before can't be told now, so the message was not sent."));
        };
    }

    private PostAnswer notSent(Draft draft, UserAnswer.Status status, String reason, String detail) {
        List<UserAnswer> answers = new ArrayList<>(draft.size());
        for (int i = 0; i < draft.size(); i++) {
            answers.add(new UserAnswer(
                    draft.user(i), draft.messageIds().get(i), 0, status, null, false, false, reason, detail));
            listener.onAnswer(status);
        }
        return new PostAnswer.Done(draft.requestId(), answers);
    }

    private CompletableFuture<PostAnswer> send(Draft draft) {
        Routing routing = router.route(draft.sendEntries());
        return routing.fates().thenCombine(routing.sightings(), (fates, seen) -> sentAnswer(draft, fates, seen));
    }

    private PostAnswer sentAnswer(Draft draft, List<RouteFate> fates, List<LookupResult> seen) {
        List<UserAnswer> answers = new ArrayList<>(draft.size());
        for (int i = 0; i < draft.size(); i++) {
            boolean sent = fates.get(i) == RouteFate.WRITTEN;
            answers.add(new UserAnswer(
                    draft.user(i),
                    draft.messageIds().get(i),
                    0,
                    sent ? UserAnswer.Status.SENT : UserAnswer.Status.DROPPED,
                    online(seen.get(i)),
                    false,
                    false,
                    sent ? "" : fates.get(i).label(),
                    sent ? "" : "The message was not written to a connection; with QoS 0 it is not kept."));
        }
        answers.forEach(answer -> listener.onAnswer(answer.status()));
        return new PostAnswer.Done(draft.requestId(), answers);
    }

    private static @Nullable Boolean online(LookupResult seen) {
        return switch (seen.getPresence()) {
            case PRESENCE_ONLINE -> Boolean.TRUE;
            case PRESENCE_OFFLINE -> Boolean.FALSE;
            case PRESENCE_UNKNOWN, UNRECOGNIZED -> null;
        };
    }

    // ---- what was put off ----

    /**
     * Puts what is due now, and sends what is stored on its way. Never fails.
     *
     * @param deliver false where its time is over: then it is stored for its ledger alone
     */
    CompletableFuture<List<StoreOutcome>> putDue(Draft draft, boolean deliver) {
        return store.put(draft.putEntries()).thenApply(outcomes -> {
            if (deliver) {
                // Nobody waits for this one's sightings.
                var unused = routeStored(draft, outcomes);
            }
            return outcomes;
        });
    }

    /** Sends what is due now and is not stored. Never fails. */
    CompletableFuture<List<RouteFate>> sendDue(Draft draft) {
        return router.route(draft.sendEntries()).fates();
    }
}
