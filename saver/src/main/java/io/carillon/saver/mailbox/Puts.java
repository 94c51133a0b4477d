package io.carillon.saver.mailbox;

import io.carillon.contract.Durability;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutRequest;
import io.carillon.contract.PutResponse;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.timeout.UniformTimeout;
import io.carillon.saver.layout.Body;
import io.carillon.saver.layout.PutOps;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.mysql.Commit;
import io.carillon.saver.mysql.CommitLanes;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.rebuild.WarmOps;
import io.carillon.saver.redis.MailboxLimits;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.Reply;
import io.carillon.saver.redis.ScriptCalls;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/**
 * Accepts messages. Redis first, since it gives the seq; then MySQL, where the message is to be there as well.
 *
 * <pre>
 *   min_copies 2 and a store known to be away ─► NOT_STORED, before anything is written
 *   Redis took it     ─► redis mode: STORED
 *                     ─► mysql mode: STORED after the commit; without it STORED with one copy, or UNKNOWN under min_copies 2
 *   Redis refused it, or perhaps has it
 *                     ─► a row and a stray in one transaction: STORED, late, with one copy
 *                        MySQL refused too: NOT_STORED if Redis refused for certain, else UNKNOWN
 * </pre>
 *
 * <p>Nothing is ever undone. Every path can be taken again with the same id: the script finds it, the row is written over
 * itself. Thread-safe; never blocks.
 */
public final class Puts {
    private static final long TTL_MS_MAX = Duration.ofDays(28).toMillis();
    private static final int ID_BYTES = 16;
    private static final int COLLAPSE_KEY_CHARS_MAX = 64;

    private final WarmOps redis;
    private final ScriptCalls calls;
    private final CommitLanes mysql;
    private final MailboxLimits limits;
    private final UniformTimeout answerWait;
    private final Clock clock;
    private final MessageEvents events;
    private final IntConsumer stored;
    private final Runnable stray;
    private final LoneSeqs lastSeqs;

    /**
     * @param answerWait how long a commit is waited for
     * @param saver this saver's name
     * @param stored told of each bucket that Redis put something into: it will be due for a look
     * @param stray told after MySQL alone took something
     */
    public Puts(
            WarmOps redis,
            ScriptCalls calls,
            CommitLanes mysql,
            MailboxLimits limits,
            UniformTimeout answerWait,
            Clock clock,
            String saver,
            MessageEvents events,
            IntConsumer stored,
            Runnable stray) {
        this.redis = redis;
        this.calls = calls;
        this.mysql = mysql;
        this.limits = limits;
        this.answerWait = answerWait;
        this.clock = clock;
        this.lastSeqs = new LoneSeqs(saver);
        this.events = events;
        this.stored = stored;
        this.stray = stray;
    }

    /** One entry on its way. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes are never changed.
    private record Entry(PutEntry put, int bucket, byte[] id, byte[] collapse, byte[] body, boolean both) {
        boolean wantsMysql() {
            return both || put.getDurability() == Durability.DURABILITY_MYSQL;
        }

        MessageRow row(long seq, long expiresAtMs) {
            return new MessageRow(bucket, seq, id, expiresAtMs, put.getApp(), put.getUser(), collapse, body);
        }
    }

    public CompletableFuture<PutResponse> put(PutRequest request) {
        int count = request.getEntriesCount();
        List<CompletableFuture<PutResult>> results = new ArrayList<>(count);
        List<Entry> entries = new ArrayList<>(count);
        List<CompletableFuture<PutResult>> open = new ArrayList<>(count);
        for (PutEntry put : request.getEntriesList()) {
            CompletableFuture<PutResult> result = new CompletableFuture<>();
            results.add(result);
            String problem = problem(put);
            if (!problem.isEmpty()) {
                result.complete(failed(PutStatus.PUT_STATUS_REJECTED, problem));
                continue;
            }
            Entry entry = entry(put);
            if (entry.both() && !(calls.available() && mysql.available())) {
                result.complete(failed(
                        PutStatus.PUT_STATUS_NOT_STORED,
                        (calls.available() ? "MySQL" : "Redis") + " is away, and min_copies is 2"));
                continue;
            }
            entries.add(entry);
            open.add(result);
        }
        redis.submit(entries.stream().map(Puts::op).toList()).thenAccept(replies -> {
            for (int i = 0; i < replies.length; i++) {
                afterRedis(entries.get(i), replies[i], open.get(i));
            }
        });
        return CompletableFuture.allOf(results.toArray(CompletableFuture<?>[]::new))
                .thenApply(any -> answer(request, results));
    }

    private PutResponse answer(PutRequest request, List<CompletableFuture<PutResult>> results) {
        PutResponse.Builder response = PutResponse.newBuilder();
        for (int i = 0; i < results.size(); i++) {
            PutResult result = results.get(i).resultNow();
            events.onAccepted(request.getEntries(i), result, request.getCenter());
            response.addResults(result);
        }
        return response.build();
    }

    private Entry entry(PutEntry put) {
        return new Entry(
                put,
                Buckets.of(put.getApp(), put.getUser()),
                put.getMessageId().toByteArray(),
                PutOps.collapseOf(put.getCollapseKey()),
                Body.of(put),
                put.getMinCopies() >= 2);
    }

    private static Op op(Entry entry) {
        return PutOps.fresh(
                entry.bucket(),
                UserKeys.encode(entry.put().getApp(), entry.put().getUser()),
                entry.id(),
                entry.put().getTtlMs(),
                entry.collapse(),
                entry.wantsMysql(),
                entry.put().getRememberId(),
                entry.put().getAgain(),
                entry.body());
    }

    private String problem(PutEntry put) {
        String user = UserKeys.problem(put.getApp(), put.getUser());
        if (!user.isEmpty()) {
            return user;
        }
        if (put.getMessageId().size() != ID_BYTES) {
            return "message_id of " + put.getMessageId().size() + " bytes (expected: " + ID_BYTES + ")";
        }
        if (put.getTtlMs() < 1 || put.getTtlMs() > TTL_MS_MAX) {
            return "ttl_ms: " + put.getTtlMs() + " (expected: 1 to " + TTL_MS_MAX + ")";
        }
        if (put.getCollapseKey().length() > COLLAPSE_KEY_CHARS_MAX) {
            return "collapse_key of " + put.getCollapseKey().length() + " characters (expected: at most "
                    + COLLAPSE_KEY_CHARS_MAX + ")";
        }
        int bytes = put.getPayload().size() + put.getExtension().size();
        // A body is a little more than these two.
        if (bytes + 64 > limits.bytesMax().bytes()) {
            return "message of " + bytes + " bytes (expected: less than a mailbox holds, " + limits.bytesMax() + ")";
        }
        return "";
    }

    private void afterRedis(Entry entry, Reply reply, CompletableFuture<PutResult> result) {
        if (!reply.ok()) {
            withoutRedis(entry, reply, result);
            return;
        }
        PutResult.Builder answer = PutResult.newBuilder()
                .setStatus(PutStatus.PUT_STATUS_STORED)
                .setSeq(reply.number(1))
                .setPrevSeq(reply.number(2))
                .setStoredAtMs(reply.number(4))
                .setInRedis(true);
        lastSeqs.saw(entry.bucket(), reply.number(1));
        switch ((int) reply.number(0)) {
            case 0 -> stored.accept(entry.bucket());
            case 1 -> answer.setDuplicate(true);
            default -> {
                // Its first was settled, or a newer one of its collapse key stands: nothing is left to store.
                result.complete(answer.setDuplicate(reply.number(0) == 2)
                        .setSettled(true)
                        .setInRedis(false)
                        .build());
                return;
            }
        }
        if (!entry.wantsMysql()) {
            result.complete(answer.build());
            return;
        }
        commit(entry.row(reply.number(1), reply.number(3)), false)
                .thenAccept(commit -> result.complete(afterCommit(entry, commit, answer)));
    }

    private static PutResult afterCommit(Entry entry, Commit commit, PutResult.Builder answer) {
        boolean committed = commit == Commit.COMMITTED;
        if (!committed && entry.both()) {
            answer.setStatus(PutStatus.PUT_STATUS_UNKNOWN).setError("Redis has it, and MySQL did not confirm it");
        }
        return answer.setInMysql(committed).build();
    }

    private void withoutRedis(Entry entry, Reply reply, CompletableFuture<PutResult> result) {
        boolean refused = reply.status() != Reply.Status.UNKNOWN;
        if (entry.both()) {
            result.complete(failed(
                    refused ? PutStatus.PUT_STATUS_NOT_STORED : PutStatus.PUT_STATUS_UNKNOWN,
                    "Redis: " + reply.error()));
            return;
        }
        long nowMs = clock.millis();
        long seq = lastSeqs.next(entry.bucket(), nowMs);
        commit(entry.row(seq, nowMs + entry.put().getTtlMs()), true).thenAccept(commit -> {
            switch (commit) {
                case COMMITTED -> {
                    stray.run();
                    result.complete(PutResult.newBuilder()
                            .setStatus(PutStatus.PUT_STATUS_STORED)
                            .setSeq(seq)
                            .setInMysql(true)
                            .setLate(true)
                            .setStoredAtMs(nowMs)
                            .build());
                }
                case REFUSED ->
                    result.complete(failed(
                            refused ? PutStatus.PUT_STATUS_NOT_STORED : PutStatus.PUT_STATUS_UNKNOWN,
                            "Redis: " + reply.error() + "; MySQL took nothing"));
                case UNKNOWN ->
                    result.complete(failed(
                            PutStatus.PUT_STATUS_UNKNOWN, "Redis: " + reply.error() + "; MySQL did not confirm"));
            }
        });
    }

    private CompletableFuture<Commit> commit(MessageRow row, boolean stray) {
        return answerWait.bound(mysql.insert(row, stray).copy(), Commit.UNKNOWN);
    }

    private static PutResult failed(PutStatus status, String error) {
        return PutResult.newBuilder().setStatus(status).setError(error).build();
    }
}
