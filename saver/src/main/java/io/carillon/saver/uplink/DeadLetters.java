package io.carillon.saver.uplink;

import io.carillon.contract.DeadLettersReplayRequest;
import io.carillon.contract.DeadLettersReplayResponse;
import io.carillon.contract.DeadLettersRequest;
import io.carillon.contract.DeadLettersResponse;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettlement;
import io.carillon.runtime.config.Durations;
import io.carillon.saver.mysql.DatabaseWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * Uplinks that no endpoint took to the last attempt: an app lists them and has them delivered again, under the ids that
 * they had.
 *
 * <p>Bounds: {@link DeadLetterConfig}; beyond them those received first, and those that died longest ago, are dropped and
 * counted. A page ends at 1 MiB. A replay works through 200 at a time, each in a transaction of its own. Thread-safe;
 * never blocks where it returns a future.
 */
public final class DeadLetters {
    private static final int PAGE_MAX = 100;
    private static final int REPLAY_IDS_MAX = 1000;
    private static final int REPLAY_TRANSACTION_MAX = 200;

    private final DatabaseWork mysql;
    private final DeadLetterConfig config;
    private final Duration waitMax;
    private final Clock clock;
    private final LongAdder tooMany = new LongAdder();
    private final LongAdder tooOld = new LongAdder();

    /** @param waitMax what waits for longer in the queue is a dead letter */
    public DeadLetters(DatabaseWork mysql, DeadLetterConfig config, Duration waitMax, Clock clock) {
        this.mysql = mysql;
        this.config = config;
        this.waitMax = waitMax;
        this.clock = clock;
    }

    public CompletableFuture<DeadLettersResponse> list(DeadLettersRequest request) {
        int max = Math.clamp(request.getLimit(), 1, PAGE_MAX);
        return mysql.submit(
                connection -> DeadLetterTable.page(connection, request.getApp(), request.getAfterId(), max));
    }

    /** Where it fails, a part may be on its way already; the rest is still here. */
    public CompletableFuture<DeadLettersReplayResponse> replay(DeadLettersReplayRequest request) {
        CompletableFuture<Integer> replayed = request.getAll()
                ? replayAfter(request.getApp(), 0, 0)
                : replay(request.getApp(), ids(request.getIdsList()), 0);
        return replayed.thenApply(count ->
                DeadLettersReplayResponse.newBuilder().setReplayed(count).build());
    }

    /** Upwards by id: what dies again meanwhile is not taken again. */
    private CompletableFuture<Integer> replayAfter(String app, long afterId, int before) {
        return mysql.submit(connection -> {
                    List<Long> ids = DeadLetterTable.lockAfter(connection, app, afterId, REPLAY_TRANSACTION_MAX);
                    DeadLetterTable.revive(connection, ids, clock.millis());
                    return ids;
                })
                .thenCompose(ids -> ids.size() < REPLAY_TRANSACTION_MAX
                        ? CompletableFuture.completedFuture(before + ids.size())
                        : replayAfter(app, ids.getLast(), before + ids.size()));
    }

    private CompletableFuture<Integer> replay(String app, List<Long> ids, int before) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedFuture(before);
        }
        int turn = Math.min(REPLAY_TRANSACTION_MAX, ids.size());
        return mysql.submit(connection -> {
                    List<Long> found = DeadLetterTable.lock(connection, app, ids.subList(0, turn));
                    DeadLetterTable.revive(connection, found, clock.millis());
                    return found.size();
                })
                .thenCompose(count -> replay(app, ids.subList(turn, ids.size()), before + count));
    }

    /** Ascending, so that two replays lock in the same order; what can't be an id is nobody's. */
    private static List<Long> ids(List<String> texts) {
        return texts.stream()
                .limit(REPLAY_IDS_MAX)
                .filter(text -> text.matches("[0-9]{1,18}"))
                .map(Long::valueOf)
                .distinct()
                .sorted()
                .toList();
    }

    /** After a settlement: drops what is too many. Returns how many. */
    int dropTooMany(Connection connection, UplinkSettleRequest settled) throws SQLException {
        Set<Long> dead = new TreeSet<>();
        for (UplinkSettlement settlement : settled.getSettlementsList()) {
            if (settlement.getFate() == UplinkFate.UPLINK_FATE_DEAD) {
                dead.addAll(ids(List.of(settlement.getId())));
            }
        }
        return dropTooMany(connection, List.copyOf(dead));
    }

    private int dropTooMany(Connection connection, List<Long> dead) throws SQLException {
        int dropped = 0;
        for (String app : DeadLetterTable.apps(connection, dead)) {
            dropped += DeadLetterTable.dropFirst(connection, app, config.perAppMax());
        }
        return dropped;
    }

    /** Counts what {@link #dropTooMany} dropped, once that is committed. */
    void onDropped(int count) {
        tooMany.add(count);
    }

    /** Gives up what waits for too long, whether it was tried or not; a bounded number. Returns how many. */
    public int buryOld(Connection connection) throws SQLException {
        long nowMs = clock.millis();
        List<Long> old = DeadLetterTable.lockPutBefore(connection, nowMs - waitMax.toMillis());
        for (long id : old) {
            DeadLetterTable.bury(connection, id, 0, "it waited for longer than " + Durations.format(waitMax), nowMs);
        }
        tooMany.add(dropTooMany(connection, old));
        return old.size();
    }

    /** Drops what died too long ago, a bounded number. Returns how many. */
    public int dropOld(Connection connection) throws SQLException {
        int count = DeadLetterTable.dropBefore(
                connection, clock.millis() - config.keep().toMillis());
        tooOld.add(count);
        return count;
    }

    /** Dropped since the start because an app had too many. */
    public long droppedTooMany() {
        return tooMany.sum();
    }

    /** Dropped since the start because of their age. */
    public long droppedTooOld() {
        return tooOld.sum();
    }
}
