package io.carillon.center.broadcast;

import io.carillon.center.fleet.Fleet;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.Audience;
import io.carillon.contract.AudienceCountRequest;
import io.carillon.contract.AudienceCountResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.TaggedCountRequest;
import io.carillon.contract.TaggedCountResponse;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Counts whom an audience means, before anything is sent: connections by the rooms, users by their tags. Thread-safe. */
public final class AudienceCounter {
    private static final long UNKNOWN = -1;

    private final Fleet fleet;
    private final SaverClient savers;
    private final Duration callTimeout;

    /** @param callTimeout of the question to one room */
    public AudienceCounter(Fleet fleet, SaverClient savers, Duration callTimeout) {
        this.fleet = fleet;
        this.savers = savers;
        this.callTimeout = callTimeout;
    }

    /** Never fails; what did not answer makes the count incomplete. */
    public CompletableFuture<AudienceCount> count(String app, Audience audience) {
        AudienceCountRequest request = AudienceCountRequest.newBuilder()
                .setApp(app)
                .setAudience(audience)
                .build();
        List<CompletableFuture<Long>> rooms =
                fleet.rooms().stream().map(room -> ask(room, request)).toList();
        CompletableFuture<@Nullable Long> users = users(app, audience);
        return CompletableFuture.allOf(rooms.toArray(CompletableFuture<?>[]::new))
                .thenCombine(users, (ignored, known) -> sum(rooms, known));
    }

    private static AudienceCount sum(List<CompletableFuture<Long>> rooms, @Nullable Long users) {
        long online = 0;
        // A fleet without a room is more likely one that is not known.
        boolean incomplete = rooms.isEmpty() || (users != null && users == UNKNOWN);
        for (CompletableFuture<Long> room : rooms) {
            long bindings = room.join();
            incomplete |= bindings == UNKNOWN;
            online += Math.max(0, bindings);
        }
        return new AudienceCount(online, users != null && users == UNKNOWN ? null : users, incomplete);
    }

    private CompletableFuture<Long> ask(NodeRef room, AudienceCountRequest request) {
        RpcPeer peer = fleet.room(room.getName());
        CompletableFuture<AudienceCountResponse> answer = peer == null
                ? CompletableFuture.failedFuture(new RpcException(RpcStatus.NOT_CONNECTED, room.getName()))
                : peer.call(RoomMethods.AUDIENCE_COUNT, request, callTimeout);
        return answer.thenApply(AudienceCountResponse::getBindings).exceptionally(failure -> UNKNOWN);
    }

    /** Users with tags are known to the stores; of others nobody keeps a list. */
    private CompletableFuture<@Nullable Long> users(String app, Audience audience) {
        if (audience.getTagsAnyCount() == 0 && audience.getTagsAllCount() == 0) {
            return CompletableFuture.completedFuture(null);
        }
        TaggedCountRequest request = TaggedCountRequest.newBuilder()
                .setApp(app)
                .setAudience(audience)
                .build();
        return savers.ask(SaverMethods.TAGGED_COUNT, request)
                .thenApply(TaggedCountResponse::getUsers)
                .exceptionally(failure -> UNKNOWN);
    }
}
