package io.carillon.sdk;

import io.carillon.sdk.heartbeat.HeartbeatPolicy;
import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.link.Link;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.route.AddressBook;
import io.carillon.sdk.route.Interleaving;
import io.carillon.sdk.route.Race;
import io.carillon.sdk.route.RoomList;
import io.carillon.sdk.route.RoomLookup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gets from "a connection is wanted" to an open link: which list, in which order, by a race. The dispatcher's list counts
 * while it is fresh; while one is asked for, what is known from before waits for it a moment only. Confined to its
 * client's thread.
 */
final class Reacher {
    private static final long PATIENCE_MS = 1_500;
    private static final long LOOKUP_MS_MAX = 60_000;
    private static final long RESOLVE_MS_MAX = 10_000;

    private final ClientPorts ports;
    private final AddressBook book;
    private final HeartbeatPolicy heartbeat;
    private final boolean tlsOnly;
    private final Alarm patience;
    private final Alarm lookupDeadline;

    private @Nullable RoomList fresh;
    private String freshFor = "";
    private long freshUntilMs;
    private boolean asking;

    /** All that failed since something worked: what the dispatcher is told. */
    private final Set<RoomAddress> tried = new LinkedHashSet<>();

    private @Nullable Goal goal;
    private @Nullable Race race;

    /** Told how it ended, once. */
    interface Outcome {
        void onReached(Reached reached);

        void onUnreachable(String reason);
    }

    /** An open link. */
    static final class Reached {
        final Endpoint endpoint;
        final Link link;
        final NetworkState network;
        final List<RoomAddress> list;
        final long connectMs;

        Reached(Endpoint endpoint, Link link, NetworkState network, List<RoomAddress> list, long connectMs) {
            this.endpoint = endpoint;
            this.link = link;
            this.network = network;
            this.list = list;
            this.connectMs = connectMs;
        }
    }

    private static final class Goal {
        final NetworkState network;
        final List<RoomAddress> hints;
        final Outcome outcome;
        boolean racing;

        Goal(NetworkState network, List<RoomAddress> hints, Outcome outcome) {
            this.network = network;
            this.hints = hints;
            this.outcome = outcome;
        }
    }

    Reacher(ClientPorts ports, AddressBook book, HeartbeatPolicy heartbeat, boolean tlsOnly) {
        this.ports = ports;
        this.book = book;
        this.heartbeat = heartbeat;
        this.tlsOnly = tlsOnly;
        this.patience = new Alarm(ports);
        this.lookupDeadline = new Alarm(ports);
    }

    boolean busy() {
        return goal != null;
    }

    /** Reaches for a room: one of the {@code hints} where there are any, else one of the list. */
    void reach(String app, NetworkState network, List<RoomAddress> hints, Outcome outcome) {
        Goal wanted = new Goal(network, hints, outcome);
        goal = wanted;
        if (!usable(hints).isEmpty()) {
            // Alone: a list would lead some clients back to where too many are. It is what follows a failure.
            race(wanted, Collections.emptyList());
            return;
        }
        RoomList list = freshList(network);
        if (list != null) {
            race(wanted, list.rooms());
            return;
        }
        boolean asked = ask(app, network);
        List<RoomAddress> known = known(network);
        if (!asked) {
            race(wanted, known);
        } else if (!known.isEmpty()) {
            patience.set(PATIENCE_MS, () -> race(wanted, known));
        } else {
            patience.set(LOOKUP_MS_MAX, () -> race(wanted, known));
        }
    }

    /** Ends it; nobody is told. */
    void cancel() {
        goal = null;
        patience.cancel();
        if (race != null) {
            race.cancel();
            race = null;
        }
    }

    /** The list is no good: not this app's rooms. */
    void forgetList() {
        fresh = null;
    }

    /** A login worked. */
    void onWorked() {
        tried.clear();
    }

    /** A room was reached and did not take the login. */
    void onLoginFailed(NetworkState network, RoomAddress room) {
        book.onBad(network, room, ports.nowMs());
        tried.add(room);
    }

    private @Nullable RoomList freshList(NetworkState network) {
        RoomList list = fresh;
        boolean counts = list != null && freshFor.equals(network.key()) && ports.nowMs() < freshUntilMs;
        if (!counts || list == null) {
            return null;
        }
        return tried.containsAll(usable(list.rooms())) ? null : list;
    }

    private List<RoomAddress> known(NetworkState network) {
        Set<RoomAddress> known = new LinkedHashSet<>(book.lastGoodList(network));
        known.addAll(ports.bundledRooms);
        return new ArrayList<>(known);
    }

    private boolean ask(String app, NetworkState network) {
        RoomLookup dispatcher = ports.dispatcher;
        if (dispatcher == null) {
            return false;
        }
        if (!asking) {
            asking = true;
            lookupDeadline.set(LOOKUP_MS_MAX, () -> onList(network, null));
            dispatcher.find(
                    app,
                    network,
                    new ArrayList<>(tried),
                    answer -> ports.thread.execute(() -> onList(network, answer)));
        }
        return true;
    }

    private void onList(NetworkState network, @Nullable RoomList answer) {
        asking = false;
        lookupDeadline.cancel();
        boolean usable = answer != null && !answer.rooms().isEmpty();
        if (usable && answer != null) {
            fresh = answer;
            freshFor = network.key();
            freshUntilMs = ports.nowMs() + 1000L * answer.ttlSeconds();
            tried.clear();
            heartbeat.onRange(network.key(), answer.heartbeatMin(), answer.heartbeatMax(), answer.heartbeatStart());
        }
        Goal wanted = goal;
        if (wanted != null && !wanted.racing) {
            RoomList list = usable ? freshList(wanted.network) : null;
            race(wanted, list == null ? known(wanted.network) : list.rooms());
        }
    }

    private void race(Goal wanted, List<RoomAddress> list) {
        if (goal != wanted || wanted.racing) {
            return;
        }
        wanted.racing = true;
        patience.cancel();
        List<RoomAddress> rooms = candidates(wanted, list);
        if (rooms.isEmpty()) {
            fail(wanted, "no address known");
            return;
        }
        patience.set(RESOLVE_MS_MAX, () -> fail(wanted, "names not resolved in time"));
        ports.resolver.resolve(rooms, endpoints -> ports.thread.execute(() -> onEndpoints(wanted, rooms, endpoints)));
    }

    private List<RoomAddress> candidates(Goal wanted, List<RoomAddress> list) {
        Set<RoomAddress> rooms = new LinkedHashSet<>(wanted.hints);
        rooms.addAll(book.order(wanted.network, list, ports.nowMs()));
        return usable(rooms);
    }

    private List<RoomAddress> usable(Collection<RoomAddress> rooms) {
        List<RoomAddress> usable = new ArrayList<>(rooms);
        if (tlsOnly) {
            usable.removeIf(room -> !room.tls());
        }
        return usable;
    }

    private void onEndpoints(Goal wanted, List<RoomAddress> rooms, List<Endpoint> endpoints) {
        if (goal != wanted) {
            return;
        }
        patience.cancel();
        if (endpoints.isEmpty()) {
            tried.addAll(rooms);
            fail(wanted, "no name resolved");
            return;
        }
        Race started = new Race(
                ports.timers,
                ports.thread,
                ports.links,
                Interleaving.of(endpoints),
                paceMs(wanted.network),
                new RaceOutcome(wanted, rooms));
        race = started;
        started.start();
    }

    private long paceMs(NetworkState network) {
        Long srtt = book.srttMs(network);
        if (srtt == null) {
            return network.kind() == NetworkKind.CELLULAR ? 1_000 : 500;
        }
        return Math.max(250, Math.min(2_000, 2 * srtt + 100));
    }

    private void fail(Goal wanted, String reason) {
        cancel();
        wanted.outcome.onUnreachable(reason);
    }

    private final class RaceOutcome implements Race.Outcome {
        private final Goal wanted;
        private final List<RoomAddress> rooms;

        RaceOutcome(Goal wanted, List<RoomAddress> rooms) {
            this.wanted = wanted;
            this.rooms = rooms;
        }

        @Override
        public void onWinner(Endpoint endpoint, Link link, long connectMs, List<RoomAddress> failed) {
            onFailed(failed);
            goal = null;
            race = null;
            wanted.outcome.onReached(
                    new Reached(endpoint, link, wanted.network, Collections.unmodifiableList(rooms), connectMs));
        }

        @Override
        public void onLost(List<RoomAddress> failed) {
            onFailed(failed);
            race = null;
            fail(wanted, "none of " + failed.size() + " addresses could be reached");
        }

        private void onFailed(List<RoomAddress> failed) {
            for (RoomAddress room : failed) {
                book.onBad(wanted.network, room, ports.nowMs());
                tried.add(room);
            }
        }
    }
}
