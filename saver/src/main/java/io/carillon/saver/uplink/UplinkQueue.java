package io.carillon.saver.uplink;

import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import io.carillon.saver.mysql.DatabaseWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What clients sent, and what else the business is told, on its way there. Every uplink is committed in MySQL before it is
 * confirmed, whatever durability it asks for. Puts that come while a transaction is under way share the next.
 *
 * <p>Bounds: 20,000 entries wait to be written, and so many for an endpoint ({@link LaneBound}); beyond them they are
 * refused. Thread-safe; never blocks.
 */
public final class UplinkQueue {
    private static final int WAITING_MAX = 20_000;
    private static final int TRANSACTION_ENTRIES_MAX = 500;
    private static final int TAKE_MAX = 1000;

    private final DatabaseWork mysql;
    private final DeadLetters letters;
    private final LaneBound bound;
    private final Clock clock;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean writing = new AtomicBoolean();

    private record Settled(UplinkSettleResponse response, int lettersDropped) {}

    private record Waiting(List<UplinkEntry> entries, CompletableFuture<UplinkPutResponse> done) {}

    public UplinkQueue(DatabaseWork mysql, DeadLetters letters, LaneBound bound, Clock clock) {
        this.mysql = mysql;
        this.letters = letters;
        this.bound = bound;
        this.clock = clock;
    }

    public CompletableFuture<UplinkPutResponse> put(UplinkPutRequest request) {
        List<UplinkEntry> entries = request.getEntriesList();
        CompletableFuture<UplinkPutResponse> done = new CompletableFuture<>();
        if (waiting.get() + entries.size() > WAITING_MAX) {
            done.complete(refused(entries.size(), "too many uplinks wait"));
            return done;
        }
        waiting.addAndGet(entries.size());
        queue.add(new Waiting(entries, done));
        write();
        return done;
    }

    private void write() {
        if (queue.isEmpty() || !writing.compareAndSet(false, true)) {
            return;
        }
        List<Waiting> batch = new ArrayList<>();
        int entries = 0;
        while (entries < TRANSACTION_ENTRIES_MAX) {
            Waiting next = queue.poll();
            if (next == null) {
                break;
            }
            batch.add(next);
            entries += next.entries().size();
        }
        waiting.addAndGet(-entries);
        mysql.submit(connection -> insert(connection, batch)).whenComplete((responses, failure) -> {
            writing.set(false);
            for (int i = 0; i < batch.size(); i++) {
                Waiting one = batch.get(i);
                one.done()
                        .complete(
                                failure == null
                                        ? responses.get(i)
                                        : refused(one.entries().size(), String.valueOf(failure.getMessage())));
            }
            write();
        });
    }

    private static UplinkPutResponse refused(int count, String error) {
        UplinkPutResponse.Builder response = UplinkPutResponse.newBuilder();
        for (int i = 0; i < count; i++) {
            response.addResults(UplinkPutResult.newBuilder().setError(error));
        }
        return response.build();
    }

    private List<UplinkPutResponse> insert(Connection connection, List<Waiting> batch) throws SQLException {
        List<UplinkPutResponse> responses = new ArrayList<>();
        for (Waiting one : batch) {
            responses.add(UplinkTable.insert(connection, one.entries(), bound::full, clock.millis()));
        }
        return responses;
    }

    public CompletableFuture<UplinkTakeResponse> take(UplinkTakeRequest request) {
        int max = Math.clamp(request.getMax(), 1, TAKE_MAX);
        return mysql.submit(connection -> LaneTable.take(connection, request, max, clock.millis()));
    }

    public CompletableFuture<UplinkSettleResponse> settle(UplinkSettleRequest request) {
        return mysql.submit(connection -> {
                    UplinkSettleResponse response = UplinkTable.settle(connection, request, clock.millis());
                    return new Settled(response, letters.dropTooMany(connection, request));
                })
                .thenApply(settled -> {
                    letters.onDropped(settled.lettersDropped());
                    return settled.response();
                });
    }
}
