package io.carillon.room.registration;

import io.carillon.contract.NodeRef;
import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import io.carillon.contract.UserKey;
import io.carillon.room.loop.Backoff;
import io.carillon.room.loop.Loop;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.bucket.Rendezvous;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every register told of the sessions that this room holds in the buckets which that register owns.
 *
 * <p>Structure: one {@link RegisterLane} for each register, one {@link BucketTable} over all sessions. All of it is
 * confined to one loop; connections of other loops hand sessions over in batches through {@link #opened} and {@link
 * #closed}, and hear back through {@link SessionEvents}.
 *
 * <p>A session that is registered for the first time may load its mailbox. One that can't be registered now, because
 * nobody owns its bucket, its owner is not connected, or did not answer, may load at once, and again when it is
 * registered. One that is registered again, with a new owner or a new life of it, may have missed a message that found
 * no session meanwhile: saver is asked, once for many, which of these users have something pending, and those load.
 */
public final class Registrar {
    private static final Logger log = LoggerFactory.getLogger(Registrar.class);
    private static final int PENDING_USERS_MAX = 2000;

    private final Loop loop;
    private final RegistrationLimits limits;
    private final NodeRef room;
    private final SessionEvents events;
    private final PendingQuestion pendingQuestion;
    private final LongUnaryOperator randomBelow;
    private final BucketTable table = new BucketTable();
    private final Map<String, RegisterLane> lanes = new LinkedHashMap<>();
    private final Backoff pendingBackoff;
    private final Departures departures;

    /** By the session that takes the place of another, until a register confirms it: the other one. */
    private final Map<Session, Session> renamed = new HashMap<>();

    private List<Session> toLoad = new ArrayList<>();
    private List<Session> again = new ArrayList<>();
    private boolean askingPending;

    private final Object inboxLock = new Object();
    // Guarded by inboxLock.
    private List<Session> openedInbox = new ArrayList<>();
    private List<Session> closedInbox = new ArrayList<>();
    private List<Session> replacedInbox = new ArrayList<>();
    private List<Renaming> renamedInbox = new ArrayList<>();
    private boolean inboxScheduled;

    private volatile int backlog;
    private volatile int sessions;

    private record Renaming(Session before, Session now) {}

    public Registrar(
            Loop loop,
            RegistrationLimits limits,
            NodeRef room,
            SessionEvents events,
            PendingQuestion pendingQuestion,
            LongUnaryOperator randomBelow) {
        this.loop = loop;
        this.limits = limits;
        this.room = room;
        this.events = events;
        this.pendingQuestion = pendingQuestion;
        this.randomBelow = randomBelow;
        this.departures = new Departures(limits);
        this.pendingBackoff =
                new Backoff(limits.retryFirst().toNanos(), limits.retryMax().toNanos(), randomBelow);
    }

    /** Sessions that wait for a register, the ones just handed over not counted. Any thread, a moment old. */
    public int backlog() {
        return backlog;
    }

    /** Nothing is held, and nothing waits to be told. Any thread, a moment old. */
    public boolean isQuiet() {
        synchronized (inboxLock) {
            return !inboxScheduled && sessions == 0 && backlog == 0;
        }
    }

    /** Sessions that the room holds. Any thread, a moment old. */
    public int sessions() {
        return sessions;
    }

    /** A binding began. Any thread. */
    public void opened(Session session) {
        synchronized (inboxLock) {
            openedInbox.add(session);
            scheduleInbox();
        }
    }

    /** A binding ended; also called for those that a register called superseded. Any thread, after {@link #opened}. */
    public void closed(Session session) {
        synchronized (inboxLock) {
            closedInbox.add(session);
            scheduleInbox();
        }
    }

    /** A binding ended because the register replaced its session, so that it need not be told. As {@link #closed}. */
    public void replaced(Session session) {
        synchronized (inboxLock) {
            replacedInbox.add(session);
            scheduleInbox();
        }
    }

    /** A binding goes on over another connection, and nothing was missed meanwhile. As {@link #opened}. */
    public void renamed(Session before, Session now) {
        synchronized (inboxLock) {
            renamedInbox.add(new Renaming(before, now));
            scheduleInbox();
        }
    }

    private void scheduleInbox() {
        if (!inboxScheduled) {
            inboxScheduled = true;
            loop.execute(this::takeInbox);
        }
    }

    private void takeInbox() {
        List<Session> opened;
        List<Session> closed;
        List<Session> replaced;
        List<Renaming> renamings;
        synchronized (inboxLock) {
            opened = openedInbox;
            closed = closedInbox;
            replaced = replacedInbox;
            renamings = renamedInbox;
            openedInbox = new ArrayList<>();
            closedInbox = new ArrayList<>();
            replacedInbox = new ArrayList<>();
            renamedInbox = new ArrayList<>();
            inboxScheduled = false;
        }
        opened.forEach(this::onOpened);
        renamings.forEach(this::onRenamed);
        replaced.forEach(this::onReplaced);
        closed.forEach(this::onClosed);
        tell();
    }

    private void onOpened(Session session) {
        table.add(session);
        RegisterLane lane = table.owner(session.bucket());
        if (lane == null || !lane.usable()) {
            onNotConfirmed(session);
        }
        if (lane != null) {
            lane.addFresh(session);
        }
    }

    /** The former session stays until a register has the new one, so that it is never told of an absence. */
    private void onRenamed(Renaming renaming) {
        Session now = renaming.now;
        now.confirmedOnce = renaming.before.confirmedOnce;
        now.loadedUnregistered = renaming.before.loadedUnregistered;
        renamed.put(now, renaming.before);
        onOpened(now);
    }

    /** Forgets the session whose place this one took. Returns whether the owner held that one till now. */
    private boolean dropFormer(Session session) {
        Session former = renamed.remove(session);
        if (former == null || former.gone) {
            return false;
        }
        boolean heldTillNow = table.isConfirmed(former);
        onReplaced(former);
        return heldTillNow;
    }

    private void onClosed(Session session) {
        Session former = renamed.remove(session);
        if (former != null) {
            onClosed(former);
        }
        session.gone = true;
        table.remove(session);
        if (session.told) {
            departures.add(session, loop.nowNs());
            RegisterLane lane = table.owner(session.bucket());
            if (lane != null) {
                lane.addGone(session);
            }
        }
    }

    private void onReplaced(Session session) {
        table.unconfirm(session);
        session.told = false;
        onClosed(session);
    }

    // ---- registers come and go
    // -----------------------------------------------------------------------------------------

    /** The registers that share the buckets, connected or not. On the registrar's loop. */
    public void onRegisters(List<RpcPeer> peers) {
        assert loop.inLoop();
        Map<String, RegisterLane> before = Map.copyOf(lanes);
        lanes.clear();
        List<String> names = new ArrayList<>();
        for (RpcPeer peer : peers) {
            RegisterLane lane = before.get(peer.name());
            if (lane == null) {
                lane = new RegisterLane(this, table, departures, loop, limits, room, peer, randomBelow);
            }
            lane.setPeer(peer);
            lanes.put(peer.name(), lane);
            names.add(peer.name());
        }
        before.forEach((name, lane) -> {
            if (lanes.get(name) != lane) {
                lane.close();
            }
        });
        assignBuckets(names);
        for (RpcPeer peer : peers) {
            if (peer.connected() && peer.identity() != null) {
                onUp(peer, peer.identity().incarnation());
            }
        }
        lanes.values().forEach(RegisterLane::pump);
    }

    private void assignBuckets(List<String> names) {
        int moved = 0;
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            int index = Rendezvous.owner(bucket, names);
            RegisterLane owner = index < 0 ? null : lanes.get(names.get(index));
            RegisterLane former = table.owner(bucket);
            if (owner != former) {
                moved++;
                table.restart(bucket, owner);
                if (former != null) {
                    former.dropBucket(bucket);
                }
                if (owner != null) {
                    owner.addBucket(bucket);
                }
            }
        }
        if (moved > 0) {
            log.info("buckets moved count={} registers={}", moved, names);
        }
    }

    /** A connection to a register has finished its hello. On the registrar's loop. */
    public void onUp(RpcPeer peer, long incarnation) {
        assert loop.inLoop();
        RegisterLane lane = lanes.get(peer.name());
        if (lane == null || lane.peer() != peer) {
            return;
        }
        if (lane.onUp(incarnation)) {
            for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
                if (table.owner(bucket) == lane) {
                    table.restart(bucket, lane);
                    lane.addBucket(bucket);
                }
            }
        }
        lane.pump();
    }

    // ---- what lanes say
    // ------------------------------------------------------------------------------------------------

    void onConfirmed(Session session) {
        if (session.gone || dropFormer(session)) {
            return;
        }
        if (!session.confirmedOnce || session.loadedUnregistered) {
            toLoad.add(session);
        } else {
            again.add(session);
        }
        session.confirmedOnce = true;
        session.loadedUnregistered = false;
    }

    void onNotConfirmed(Session session) {
        if (!session.gone && !session.confirmedOnce && !session.loadedUnregistered) {
            session.loadedUnregistered = true;
            toLoad.add(session);
        }
    }

    void onSuperseded(Session session, String newcomerDevice) {
        if (!session.gone) {
            dropFormer(session);
            session.gone = true;
            table.unconfirm(session);
            table.remove(session);
            session.told = false;
            events.superseded(session, newcomerDevice);
        }
    }

    /** Passes on what has gathered. */
    void tell() {
        if (!toLoad.isEmpty()) {
            List<Session> batch = toLoad;
            toLoad = new ArrayList<>();
            events.mayLoad(batch);
        }
        askPending();
        int waiting = 0;
        for (RegisterLane lane : lanes.values()) {
            waiting += lane.backlog();
        }
        backlog = waiting;
        sessions = table.total();
    }

    // ---- users that were registered again
    // ------------------------------------------------------------------------------

    private void askPending() {
        if (askingPending || again.isEmpty()) {
            return;
        }
        askingPending = true;
        List<Session> batch = new ArrayList<>(again.subList(0, Math.min(again.size(), PENDING_USERS_MAX)));
        again = new ArrayList<>(again.subList(batch.size(), again.size()));
        PendingRequest.Builder request = PendingRequest.newBuilder();
        for (Session session : batch) {
            request.addUsers(UserKey.newBuilder().setApp(session.app()).setUser(session.user()));
        }
        pendingQuestion
                .ask(request.build(), limits.callTimeout())
                .whenComplete((answer, failure) -> loop.execute(() -> onPending(batch, answer)));
    }

    private void onPending(List<Session> batch, @Nullable PendingResponse answer) {
        if (answer == null || answer.getPendingCount() != batch.size()) {
            again.addAll(batch);
            loop.after(pendingBackoff.failed(), () -> {
                askingPending = false;
                tell();
            });
            return;
        }
        pendingBackoff.succeeded();
        for (int i = 0; i < batch.size(); i++) {
            if (answer.getPending(i) && !batch.get(i).gone) {
                toLoad.add(batch.get(i));
            }
        }
        askingPending = false;
        tell();
    }
}
