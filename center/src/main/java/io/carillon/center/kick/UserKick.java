package io.carillon.center.kick;

import io.carillon.center.fleet.Fleet;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.route.Router;
import io.carillon.contract.BanEntry;
import io.carillon.contract.BanPutRequest;
import io.carillon.contract.KickEntry;
import io.carillon.contract.KickRequest;
import io.carillon.contract.LookupResult;
import io.carillon.contract.Presence;
import io.carillon.contract.Route;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Ends a user's session on the business's word. A ban is stored first, so that a client that comes back at once finds it;
 * every room then ends by itself what this one call can't reach. Thread-safe.
 */
public final class UserKick {
    private final SaverClient savers;
    private final Router router;
    private final Fleet fleet;
    private final Duration callTimeout;

    /** @param callTimeout of the call to the room */
    public UserKick(SaverClient savers, Router router, Fleet fleet, Duration callTimeout) {
        this.savers = savers;
        this.router = router;
        this.fleet = fleet;
        this.callTimeout = callTimeout;
    }

    /**
     * Bans where that is asked for, and ends the session. Fails with an {@link RpcException} where the ban was not stored,
     * or where no ban was asked for and the session's room did not answer.
     *
     * @param banMs 0: no ban
     */
    public CompletableFuture<KickAnswer> kick(UserKey user, String reason, long banMs) {
        if (banMs == 0) {
            return lookup(user).thenCompose(seen -> end(user, seen, reason, 0, true));
        }
        BanPutRequest ban = BanPutRequest.newBuilder()
                .addEntries(BanEntry.newBuilder().setUser(user).setBanMs(banMs).setReason(reason))
                .build();
        return savers.ask(SaverMethods.BAN_PUT, ban).thenCompose(stored -> {
            if (!stored.getError().isEmpty()) {
                return CompletableFuture.completedFuture(new KickAnswer.Refused(stored.getError()));
            }
            return lookup(user).thenCompose(seen -> end(user, seen, reason, stored.getUntilMs(0), true));
        });
    }

    private CompletableFuture<LookupResult> lookup(UserKey user) {
        return router.lookup(List.of(user)).thenApply(List::getFirst);
    }

    private CompletableFuture<KickAnswer> end(
            UserKey user, LookupResult seen, String reason, long bannedUntilMs, boolean lookAgain) {
        if (seen.getPresence() != Presence.PRESENCE_ONLINE) {
            return done(false, seen, bannedUntilMs);
        }
        return call(user, seen.getRoute(), reason, bannedUntilMs > 0)
                .thenCompose(ended -> !ended && lookAgain
                        ? endMoved(user, seen, reason, bannedUntilMs)
                        : done(ended, seen, bannedUntilMs))
                .exceptionallyCompose(failure ->
                        bannedUntilMs > 0 ? done(false, seen, bannedUntilMs) : CompletableFuture.failedFuture(failure));
    }

    /** The session may have moved between the lookup and the call. */
    private CompletableFuture<KickAnswer> endMoved(
            UserKey user, LookupResult before, String reason, long bannedUntilMs) {
        return lookup(user)
                .thenCompose(seen -> seen.getRoute().equals(before.getRoute())
                        ? done(false, seen, bannedUntilMs)
                        : end(user, seen, reason, bannedUntilMs, false));
    }

    private CompletableFuture<Boolean> call(UserKey user, Route route, String reason, boolean banned) {
        RpcPeer room = fleet.room(route.getRoom());
        if (room == null) {
            return CompletableFuture.failedFuture(
                    new RpcException(RpcStatus.NOT_CONNECTED, "room " + route.getRoom() + " is not known"));
        }
        KickRequest request = KickRequest.newBuilder()
                .setIncarnation(route.getIncarnation())
                .addEntries(KickEntry.newBuilder()
                        .setUser(user)
                        .setConnectionId(route.getConnectionId())
                        .setReason(reason)
                        .setBanned(banned))
                .build();
        return room.call(RoomMethods.KICK, request, callTimeout).thenApply(answer -> answer.getEnded(0));
    }

    private static CompletableFuture<KickAnswer> done(boolean kicked, LookupResult seen, long bannedUntilMs) {
        return CompletableFuture.completedFuture(new KickAnswer.Done(kicked, seen.getPresence(), bannedUntilMs));
    }
}
