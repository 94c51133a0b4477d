package io.carillon.dispatcher;

import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import io.carillon.dispatcher.heartbeat.RoomLine;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.peers.Peers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The rooms that are connected, as the exchange of heartbeats sees them. */
final class RoomLines {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private RoomLines() {}

    static List<RoomLine> of(Peers rooms) {
        List<RoomLine> lines = new ArrayList<>();
        for (RpcPeer peer : rooms.all()) {
            RpcIdentity identity = peer.identity();
            if (identity != null && peer.connected()) {
                lines.add(line(peer, identity.incarnation()));
            }
        }
        return lines;
    }

    private static RoomLine line(RpcPeer peer, long incarnation) {
        return new RoomLine() {
            @Override
            public String name() {
                return peer.name();
            }

            @Override
            public long incarnation() {
                return incarnation;
            }

            @Override
            public CompletableFuture<HeartbeatsResponse> exchange(HeartbeatsRequest request) {
                return peer.call(RoomMethods.HEARTBEATS, request, TIMEOUT);
            }
        };
    }
}
