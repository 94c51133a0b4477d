package io.carillon.center.move;

import io.carillon.center.fleet.Fleet;
import io.carillon.contract.MoveKind;
import io.carillon.contract.MoveRequest;
import io.carillon.contract.MoveResponse;
import io.carillon.contract.MoveState;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.discovery.NodeRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Has rooms send clients away, and asks how far they are. Nothing is kept here: a move lives in the room that it empties,
 * so any center answers for it. Thread-safe.
 */
public final class RoomMoves {
    private final Fleet fleet;
    private final Duration callTimeout;

    /** What a room said of its move; {@code move} is null where it did not answer. */
    public record Progress(String room, @Nullable MoveResponse move) {
        public boolean rebalances() {
            return move != null && move.getKind() == MoveKind.MOVE_KIND_REBALANCE;
        }

        boolean runs() {
            return rebalances() && move != null && move.getState() == MoveState.MOVE_STATE_RUNNING;
        }
    }

    /** @param callTimeout of one call to a room */
    public RoomMoves(Fleet fleet, Duration callTimeout) {
        this.fleet = fleet;
        this.callTimeout = callTimeout;
    }

    public Optional<NodeRecord> node(String name) {
        return fleet.nodes().stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** The rooms of a pool that take clients, by name. */
    public List<NodeRecord> open(String pool) {
        return rooms().stream()
                .filter(room -> room.pool().equals(pool) && !room.draining())
                .toList();
    }

    private List<NodeRecord> rooms() {
        return fleet.nodes().stream()
                .filter(node -> node.role().equals("room"))
                .sorted(Comparator.comparing(NodeRecord::name))
                .toList();
    }

    /** Fails with an {@link RpcException} where the room can't be asked. */
    public CompletableFuture<MoveResponse> order(NodeRecord room, MoveRequest.Builder order) {
        RpcPeer peer = fleet.room(room.name());
        if (peer == null) {
            return CompletableFuture.failedFuture(
                    new RpcException(RpcStatus.NOT_CONNECTED, "room " + room.name() + " is not known"));
        }
        RpcIdentity identity = peer.identity();
        long incarnation = identity == null ? room.incarnation() : identity.incarnation();
        return peer.call(RoomMethods.MOVE, order.setIncarnation(incarnation).build(), callTimeout);
    }

    /** What every room says, by name. */
    public CompletableFuture<List<Progress>> progress() {
        return progress(rooms());
    }

    private CompletableFuture<List<Progress>> progress(List<NodeRecord> of) {
        List<CompletableFuture<Progress>> asked = new ArrayList<>();
        for (NodeRecord room : of) {
            asked.add(order(room, MoveRequest.newBuilder())
                    .handle((answer, failure) -> new Progress(room.name(), failure == null ? answer : null)));
        }
        return all(asked);
    }

    /** Ends the rebalances that run; answers what became of all. */
    public CompletableFuture<List<Progress>> cancelRebalances() {
        return progress().thenCompose(before -> {
            List<CompletableFuture<Progress>> ended = new ArrayList<>();
            for (Progress one : before) {
                Optional<NodeRecord> room = node(one.room());
                ended.add(
                        one.runs() && room.isPresent()
                                ? order(room.get(), MoveRequest.newBuilder().setKind(MoveKind.MOVE_KIND_CANCEL))
                                        .thenApply(answer -> new Progress(one.room(), answer))
                                : CompletableFuture.completedFuture(one));
            }
            return all(ended);
        });
    }

    /**
     * Orders rooms to send clients to others.
     *
     * @param from rooms that give
     * @param to rooms that get
     * @param percent how much of its connections each gives; 0: as much as it has beyond its share by weight
     */
    public CompletableFuture<List<Progress>> rebalance(List<NodeRecord> from, List<NodeRecord> to, int percent) {
        List<NodeRecord> all = new ArrayList<>(from);
        all.addAll(to);
        return progress(all).thenCompose(said -> {
            Map<String, Long> loads = new TreeMap<>();
            for (Progress one : said) {
                if (one.move() == null) {
                    return CompletableFuture.failedFuture(
                            new RpcException(RpcStatus.NOT_CONNECTED, "room " + one.room() + " does not answer"));
                }
                loads.put(one.room(), one.move().getConnections());
            }
            List<String> names = to.stream().map(NodeRecord::name).toList();
            List<CompletableFuture<Progress>> orders = new ArrayList<>();
            new Shares(all, loads)
                    .given(from, percent)
                    .forEach((room, connections) -> orders.add(order(
                                    room,
                                    MoveRequest.newBuilder()
                                            .setKind(MoveKind.MOVE_KIND_REBALANCE)
                                            .setConnections(connections)
                                            .addAllTo(names))
                            .thenApply(answer -> new Progress(room.name(), answer))));
            return all(orders);
        });
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(
                        ignored -> futures.stream().map(CompletableFuture::join).toList());
    }
}
