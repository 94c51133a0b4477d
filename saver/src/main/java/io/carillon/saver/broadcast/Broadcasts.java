package io.carillon.saver.broadcast;

import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastChangeRequest;
import io.carillon.contract.BroadcastChangeResponse;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastGetRequest;
import io.carillon.contract.BroadcastGetResponse;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastListRequest;
import io.carillon.contract.BroadcastListResponse;
import io.carillon.contract.BroadcastPutRequest;
import io.carillon.contract.BroadcastPutResponse;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastStep;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.mysql.StoreTime;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The records of broadcasts: stored, listed, paused, resumed, cancelled and dropped, and what rooms have done for them.
 * Times are MySQL's.
 *
 * <p>Bounds: {@link BroadcastConfig}, and 64 KiB for a record; what is more is refused. Thread-safe; never blocks where it
 * returns a future.
 */
public final class Broadcasts {
    static final int RECORD_BYTES_MAX = 64 << 10;

    private static final int ID_BYTES = 16;
    private static final int APP_BYTES_MAX = 64;
    private static final int PAGE_MAX = 100;
    /** A page is cut behind the broadcast that reaches it. */
    private static final int PAGE_ROOMS_MAX = 10_000;

    private final DatabaseWork mysql;
    private final DatabaseWork gated;
    private final BroadcastConfig config;
    private final BroadcastEvents events;
    private final Clock clock;
    private final Runnable onChanged;

    /**
     * @param gated runs what waits for the gate, so that it holds up nothing else
     * @param onChanged called after lists have changed
     */
    public Broadcasts(
            DatabaseWork mysql,
            DatabaseWork gated,
            BroadcastConfig config,
            BroadcastEvents events,
            Clock clock,
            Runnable onChanged) {
        this.mysql = mysql;
        this.gated = gated;
        this.config = config;
        this.events = events;
        this.clock = clock;
        this.onChanged = onChanged;
    }

    public CompletableFuture<BroadcastPutResponse> put(BroadcastPutRequest request) {
        String error = refusal(request.getSpec());
        return error.isEmpty()
                ? mysql.submit(connection -> put(connection, request.getSpec()))
                        .thenApply(response -> told(request, response))
                : CompletableFuture.completedFuture(refused(error));
    }

    private static String refusal(BroadcastSpec spec) {
        int appBytes = spec.getApp().getBytes(StandardCharsets.UTF_8).length;
        if (spec.getId().size() != ID_BYTES) {
            return "id: " + spec.getId().size() + " bytes (expected: " + ID_BYTES + ")";
        }
        if (appBytes == 0 || appBytes > APP_BYTES_MAX) {
            return "app: " + appBytes + " bytes (expected: 1 to " + APP_BYTES_MAX + ")";
        }
        if (spec.getSerializedSize() > RECORD_BYTES_MAX) {
            return "record: " + spec.getSerializedSize() + " bytes (expected: at most " + RECORD_BYTES_MAX + ")";
        }
        return spec.getTtlMs() <= 0 ? "ttl_ms: " + spec.getTtlMs() + " (expected: > 0)" : "";
    }

    private BroadcastPutResponse put(Connection connection, BroadcastSpec spec) throws SQLException {
        BroadcastSpec before = RecordTable.spec(connection, spec.getId());
        if (before != null) {
            boolean same =
                    before.getBodyHash().isEmpty() || before.getBodyHash().equals(spec.getBodyHash());
            return BroadcastPutResponse.newBuilder().setConflict(!same).build();
        }
        if (RecordTable.notOver(connection, spec.getApp()) >= config.waitingMax()) {
            return refused("the app has " + config.waitingMax() + " broadcasts that are not over");
        }
        long nowMs = StoreTime.millis(connection);
        if (RecordTable.stored(connection, spec.getApp()) >= config.keptMax()
                && !RecordTable.dropOldest(connection, spec.getApp(), nowMs)) {
            return refused("the app has " + config.keptMax() + " broadcasts, none of them expired");
        }
        return BroadcastPutResponse.newBuilder()
                .setCreated(RecordTable.insert(connection, spec, nowMs))
                .build();
    }

    private BroadcastPutResponse told(BroadcastPutRequest request, BroadcastPutResponse response) {
        BroadcastSpec spec = request.getSpec();
        if (response.getCreated() && spec.getKind() == BroadcastKind.BROADCAST_KIND_PUSH) {
            BroadcastStep.Builder step =
                    BroadcastStep.newBuilder().setBroadcast(spec.getId()).setApp(spec.getApp());
            BroadcastStep accepted = step.setType("accepted")
                    .setAtMs(spec.getAcceptedAtMs())
                    .setNode(request.getCenter())
                    .build();
            events.onSteps(List.of(
                    accepted,
                    step.setType("stored")
                            .setAtMs(clock.millis())
                            .clearNode()
                            .setReason("mysql")
                            .build()));
        }
        return response;
    }

    private static BroadcastPutResponse refused(String error) {
        return BroadcastPutResponse.newBuilder().setError(error).build();
    }

    public CompletableFuture<BroadcastGetResponse> get(BroadcastGetRequest request) {
        return mysql.submit(connection -> {
            RecordTable.Row row = RecordTable.one(connection, request.getApp(), request.getId());
            BroadcastGetResponse.Builder response = BroadcastGetResponse.newBuilder();
            return row == null
                    ? response.build()
                    : response.setBroadcast(withRooms(connection, row)).build();
        });
    }

    private static Broadcast withRooms(Connection connection, RecordTable.Row row) throws SQLException {
        return row.broadcast().toBuilder()
                .addAllRooms(RecordTable.rooms(connection, row.id()))
                .build();
    }

    public CompletableFuture<BroadcastListResponse> list(BroadcastListRequest request) {
        int max = Math.clamp(request.getLimit(), 1, PAGE_MAX);
        return mysql.submit(connection -> list(connection, request, max));
    }

    private static BroadcastListResponse list(Connection connection, BroadcastListRequest request, int max)
            throws SQLException {
        long before = Long.MAX_VALUE;
        if (!request.getBeforeId().isEmpty()) {
            RecordTable.Row row = RecordTable.one(connection, request.getApp(), request.getBeforeId());
            before = row == null ? 0 : row.number();
        }
        List<RecordTable.Row> rows =
                RecordTable.page(connection, request.getApp(), request.getKindValue(), before, max + 1);
        BroadcastListResponse.Builder response = BroadcastListResponse.newBuilder();
        int rooms = 0;
        for (RecordTable.Row row : rows) {
            if (response.getBroadcastsCount() == max || rooms >= PAGE_ROOMS_MAX) {
                return response.setMore(true).build();
            }
            Broadcast broadcast = withRooms(connection, row);
            rooms += broadcast.getRoomsCount();
            response.addBroadcasts(broadcast);
        }
        return response.build();
    }

    /** What is asked for a second time has changed as well. A cancelled one leaves the list, also when its walk is over. */
    public CompletableFuture<BroadcastChangeResponse> change(BroadcastChangeRequest request) {
        return gated.submit(connection -> Gate.behind(connection, locked -> change(locked, request)))
                .thenApply(response -> {
                    if (response.getChanged()) {
                        events.onSteps(List.of(step(request)));
                    }
                    onChanged.run();
                    return response;
                });
    }

    private BroadcastStep step(BroadcastChangeRequest request) {
        String type =
                switch (request.getChange()) {
                    case BROADCAST_CHANGE_PAUSE -> "paused";
                    case BROADCAST_CHANGE_RESUME -> "resumed";
                    case BROADCAST_CHANGE_CANCEL -> "cancelled";
                    case BROADCAST_CHANGE_UNSPECIFIED, UNRECOGNIZED -> "changed";
                };
        return BroadcastStep.newBuilder()
                .setBroadcast(request.getId())
                .setApp(request.getApp())
                .setAtMs(clock.millis())
                .setType(type)
                .build();
    }

    private static BroadcastChangeResponse change(Connection connection, BroadcastChangeRequest request)
            throws SQLException {
        LiveBroadcast broadcast = LiveTable.one(connection, request.getApp(), request.getId());
        if (broadcast == null) {
            return BroadcastChangeResponse.getDefaultInstance();
        }
        boolean changed = apply(broadcast, request, StoreTime.millis(connection));
        if (broadcast.changed) {
            LiveTable.write(connection, List.of(broadcast));
            if (broadcast.started()) {
                LiveTable.raise(connection, Set.of(broadcast.app), Map.of());
            }
        }
        return BroadcastChangeResponse.newBuilder()
                .setState(broadcast.state)
                .setChanged(changed)
                .build();
    }

    private static boolean apply(LiveBroadcast broadcast, BroadcastChangeRequest request, long nowMs) {
        switch (request.getChange()) {
            case BROADCAST_CHANGE_PAUSE -> {
                if (broadcast.over()) {
                    return false;
                }
                if (!broadcast.paused()) {
                    broadcast.pause();
                }
                return true;
            }
            case BROADCAST_CHANGE_RESUME -> {
                if (broadcast.paused()) {
                    broadcast.resume();
                    return true;
                }
                return broadcast.running();
            }
            case BROADCAST_CHANGE_CANCEL -> {
                // Finished, but in the list: logins still get it.
                boolean lives = !broadcast.over() || (broadcast.listed && broadcast.expiresAtMs > nowMs);
                if (lives) {
                    broadcast.cancel(nowMs);
                }
                return lives;
            }
            default -> {
                return false;
            }
        }
    }

    public CompletableFuture<BroadcastCountsResponse> counts(BroadcastCountsRequest request) {
        List<CountTable.Count> counts = request.getCountsList().stream()
                .map(count -> new CountTable.Count(
                        count.getId(), request.getRoom(), count.getTargeted(), count.getWritten(), count.getAcked()))
                .toList();
        String room = request.getRoom().getName();
        events.onSteps(request.getStepsList().stream()
                .map(step -> step.toBuilder().setNode(room).build())
                .toList());
        return mysql.submit(connection -> {
            CountTable.raise(connection, counts);
            return BroadcastCountsResponse.getDefaultInstance();
        });
    }

    /** Drops the records that were over long ago, a bounded number. Returns how many. */
    public int dropOld(Connection connection) throws SQLException {
        return RecordTable.dropEndedBefore(
                connection, StoreTime.millis(connection) - config.kept().toMillis());
    }
}
