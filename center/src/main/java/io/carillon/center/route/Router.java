package io.carillon.center.route;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.carillon.center.fleet.Fleet;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.Presence;
import io.carillon.contract.Route;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds users in register and hands what is for them to their rooms.
 *
 * <p>Lookups go to the owner of the user's bucket, deliveries to the room of the route, each gathered by peer. A room
 * that no longer has the session causes one more lookup; whatever fails after that is left to the due list, which is
 * why nothing is retried here. Nothing waits for anything else: each register's part of an answer is delivered as it
 * comes. Thread-safe.
 */
public final class Router {
    private static final Duration GATHERER_IDLE = Duration.ofMinutes(10);
    private static final LookupResult UNSEEN =
            LookupResult.newBuilder().setPresence(Presence.PRESENCE_UNKNOWN).build();

    private final Fleet fleet;
    private final Duration callTimeout;
    private final GatherBounds bounds;
    private final RouteListener listener;
    // Idle gatherers go, so that the peers of the past are not kept; two for one peer at a time would be harmless.
    private final LoadingCache<RpcPeer, Gatherer<UserKey, LookupResult>> lookups;
    private final LoadingCache<RoomLife, Gatherer<DeliverEntry, DeliverOutcome>> deliveries;

    /** @param callTimeout of one lookup or deliver */
    public Router(Fleet fleet, Duration callTimeout, GatherBounds bounds, RouteListener listener) {
        this.fleet = fleet;
        this.callTimeout = callTimeout;
        this.bounds = bounds;
        this.listener = listener;
        lookups = Caffeine.newBuilder().expireAfterAccess(GATHERER_IDLE).build(this::lookupGatherer);
        deliveries = Caffeine.newBuilder().expireAfterAccess(GATHERER_IDLE).build(this::deliverGatherer);
    }

    /** Where these users are now, in their order; PRESENCE_UNKNOWN where no answer came. Never fails. */
    public CompletableFuture<List<LookupResult>> lookup(List<UserKey> users) {
        Flight flight = new Flight(users.size());
        List<CompletableFuture<?>> parts = new ArrayList<>();
        byOwner(users, indexes(users.size()))
                .forEach((owner, indexes) -> parts.add(see(flight, users, owner, indexes)));
        return all(parts).thenApply(ignored -> Arrays.asList(flight.seen));
    }

    /** Looks the users of the entries up and delivers; the entries carry no connection id yet. */
    public Routing route(List<DeliverEntry> entries) {
        Flight flight = new Flight(entries.size());
        List<UserKey> users = entries.stream().map(Router::key).toList();
        List<CompletableFuture<?>> seen = new ArrayList<>();
        List<CompletableFuture<?>> delivered = new ArrayList<>();
        byOwner(users, indexes(entries.size())).forEach((owner, indexes) -> {
            CompletableFuture<?> part = see(flight, users, owner, indexes);
            seen.add(part);
            delivered.add(part.thenCompose(ignored -> deliver(flight, entries, users, indexes, true)));
        });
        return new Routing(
                all(seen).thenApply(ignored -> Arrays.asList(flight.seen.clone())),
                all(delivered).thenApply(ignored -> fates(flight)));
    }

    private List<RouteFate> fates(Flight flight) {
        for (RouteFate fate : flight.fates) {
            listener.onFate(fate);
        }
        return Arrays.asList(flight.fates);
    }

    // ---- register ----

    private Map<RpcPeer, List<Integer>> byOwner(List<UserKey> users, List<Integer> indexes) {
        Map<RpcPeer, List<Integer>> owned = new HashMap<>();
        for (int i : indexes) {
            UserKey user = users.get(i);
            RpcPeer owner = fleet.register(Buckets.of(user.getApp(), user.getUser()));
            if (owner != null) {
                owned.computeIfAbsent(owner, ignored -> new ArrayList<>()).add(i);
            }
        }
        return owned;
    }

    private CompletableFuture<?> see(Flight flight, List<UserKey> users, RpcPeer owner, List<Integer> indexes) {
        List<UserKey> asked = indexes.stream().map(users::get).toList();
        return lookups.get(owner).submit(asked).thenAccept(results -> {
            for (int i = 0; i < indexes.size(); i++) {
                LookupResult result = results.get(i);
                flight.seen[indexes.get(i)] = result != null ? result : UNSEEN;
            }
        });
    }

    private Gatherer<UserKey, LookupResult> lookupGatherer(RpcPeer register) {
        return new Gatherer<>(
                bounds,
                UserKey::getSerializedSize,
                users -> register.call(
                                RegisterMethods.LOOKUP,
                                LookupRequest.newBuilder().addAllUsers(users).build(),
                                callTimeout)
                        .thenApply(LookupResponse::getResultsList),
                failure -> listener.onCallFailed("register", failure),
                () -> listener.onGatherRefused("register"));
    }

    // ---- room ----

    private CompletableFuture<?> deliver(
            Flight flight, List<DeliverEntry> entries, List<UserKey> users, List<Integer> indexes, boolean lookAgain) {
        Map<RoomLife, List<Integer>> byRoom = new HashMap<>();
        for (int i : indexes) {
            LookupResult seen = flight.seen[i];
            flight.fates[i] = unseenFate(seen);
            if (seen.getPresence() == Presence.PRESENCE_ONLINE) {
                RpcPeer room = fleet.room(seen.getRoute().getRoom());
                flight.fates[i] = RouteFate.ROOM_UNREACHABLE;
                if (room != null) {
                    RoomLife life = new RoomLife(room, seen.getRoute().getIncarnation());
                    byRoom.computeIfAbsent(life, ignored -> new ArrayList<>()).add(i);
                }
            }
        }
        List<CompletableFuture<?>> parts = new ArrayList<>();
        byRoom.forEach((room, part) -> parts.add(deliverTo(flight, entries, users, room, part, lookAgain)));
        return all(parts);
    }

    private CompletableFuture<?> deliverTo(
            Flight flight,
            List<DeliverEntry> entries,
            List<UserKey> users,
            RoomLife room,
            List<Integer> indexes,
            boolean lookAgain) {
        List<DeliverEntry> addressed = new ArrayList<>(indexes.size());
        for (int i : indexes) {
            long connectionId = flight.seen[i].getRoute().getConnectionId();
            addressed.add(
                    entries.get(i).toBuilder().setConnectionId(connectionId).build());
        }
        return deliveries.get(room).submit(addressed).thenCompose(outcomes -> {
            List<Integer> missed = new ArrayList<>();
            for (int i = 0; i < indexes.size(); i++) {
                int index = indexes.get(i);
                flight.fates[index] = fate(outcomes.get(i));
                if (flight.fates[index] == RouteFate.NO_SESSION) {
                    missed.add(index);
                }
            }
            return lookAgain && !missed.isEmpty()
                    ? deliverAgain(flight, entries, users, missed)
                    : CompletableFuture.completedFuture(null);
        });
    }

    /** The session moved between the lookup and the deliver: only those that register now sees elsewhere go again. */
    private CompletableFuture<?> deliverAgain(
            Flight flight, List<DeliverEntry> entries, List<UserKey> users, List<Integer> missed) {
        Map<Integer, Route> before = new HashMap<>();
        missed.forEach(i -> before.put(i, flight.seen[i].getRoute()));
        List<CompletableFuture<?>> parts = new ArrayList<>();
        byOwner(users, missed)
                .forEach((owner, indexes) ->
                        parts.add(see(flight, users, owner, indexes).thenCompose(ignored -> {
                            List<Integer> moved = indexes.stream()
                                    .filter(i -> !flight.seen[i].getRoute().equals(before.get(i)))
                                    .toList();
                            return deliver(flight, entries, users, moved, false);
                        })));
        return all(parts);
    }

    private Gatherer<DeliverEntry, DeliverOutcome> deliverGatherer(RoomLife room) {
        return new Gatherer<>(
                bounds,
                DeliverEntry::getSerializedSize,
                entries -> room.peer()
                        .call(
                                RoomMethods.DELIVER,
                                DeliverRequest.newBuilder()
                                        .setIncarnation(room.incarnation())
                                        .addAllEntries(entries)
                                        .build(),
                                callTimeout)
                        .thenApply(DeliverResponse::getOutcomesList),
                failure -> listener.onCallFailed("room", failure),
                () -> listener.onGatherRefused("room"));
    }

    private static RouteFate unseenFate(LookupResult seen) {
        return seen.getPresence() == Presence.PRESENCE_OFFLINE ? RouteFate.OFFLINE : RouteFate.PRESENCE_UNKNOWN;
    }

    private static RouteFate fate(@Nullable DeliverOutcome outcome) {
        if (outcome == null) {
            return RouteFate.ROOM_UNREACHABLE;
        }
        return switch (outcome) {
            case DELIVER_OUTCOME_WRITTEN -> RouteFate.WRITTEN;
            case DELIVER_OUTCOME_LATER -> RouteFate.HINTED;
            case DELIVER_OUTCOME_DROPPED -> RouteFate.DROPPED;
            case DELIVER_OUTCOME_NO_SESSION -> RouteFate.NO_SESSION;
            // A newer room's word that this release does not know: the due list will see.
            case DELIVER_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> RouteFate.ROOM_UNREACHABLE;
        };
    }

    private static UserKey key(DeliverEntry entry) {
        return UserKey.newBuilder()
                .setApp(entry.getApp())
                .setUser(entry.getUser())
                .build();
    }

    private static List<Integer> indexes(int count) {
        List<Integer> indexes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            indexes.add(i);
        }
        return indexes;
    }

    private static CompletableFuture<Void> all(List<CompletableFuture<?>> parts) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new));
    }

    /** One life of a room: an answer of the next one would speak of other connections. */
    private record RoomLife(RpcPeer peer, long incarnation) {}

    /** What is known of the entries so far. Each slot has one writer at a time; the futures order the accesses. */
    private static final class Flight {
        final LookupResult[] seen;
        final RouteFate[] fates;

        Flight(int entries) {
            seen = new LookupResult[entries];
            Arrays.fill(seen, UNSEEN);
            fates = new RouteFate[entries];
            Arrays.fill(fates, RouteFate.PRESENCE_UNKNOWN);
        }
    }
}
