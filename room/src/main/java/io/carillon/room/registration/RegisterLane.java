package io.carillon.room.registration;

import com.google.protobuf.ByteString;
import io.carillon.contract.BucketDigest;
import io.carillon.contract.GoneEntry;
import io.carillon.contract.NodeRef;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResponse;
import io.carillon.contract.RegisterResult;
import io.carillon.contract.SessionEntry;
import io.carillon.contract.UnregisterRequest;
import io.carillon.contract.WholenessRequest;
import io.carillon.contract.WholenessResponse;
import io.carillon.room.loop.Backoff;
import io.carillon.room.loop.Loop;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.contract.RegisterMethods;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that one register is told, one request under way at a time. Confined to the registrar.
 *
 * <p>Because nothing overtakes anything on a lane, the digests that a bitmap carries are exact: they count just what the
 * register has confirmed before. Requests take turns: ended sessions, new ones, a bitmap when one is due, and a slice of
 * the buckets that have to be sent (again), the last at a bounded rate.
 */
final class RegisterLane {
    private static final Logger log = LoggerFactory.getLogger(RegisterLane.class);

    /** What can be sent, in the order of the turns. */
    private enum Turn {
        GONE,
        FRESH,
        WHOLENESS,
        RESEND
    }

    private static final Turn[] TURNS = Turn.values();
    private static final long NEVER = Long.MAX_VALUE;

    private final Registrar registrar;
    private final BucketTable table;
    private final Departures departures;
    private final Loop loop;
    private final RegistrationLimits limits;
    private final NodeRef room;
    private final Backoff backoff;
    private final ArrayDeque<Session> gone = new ArrayDeque<>();
    private final ArrayDeque<Session> fresh = new ArrayDeque<>();
    private final BitSet resend = new BitSet(Buckets.COUNT);
    /** Buckets of which the register was not told yet who left before they were its. */
    private final BitSet untold = new BitSet(Buckets.COUNT);

    private RpcPeer peer;
    private long incarnation;
    private boolean closed;
    private boolean underWay;
    /** After a failure nothing is sent before that. */
    private long blockedUntilNs;
    /** A timer is set for then; NEVER: none. */
    private long wakeAtNs = NEVER;

    private int lastTurn;
    private boolean bitmapChanged = true;
    private long bitmapSentNs;
    private long changedNs;
    private long resendAllowedNs;

    RegisterLane(
            Registrar registrar,
            BucketTable table,
            Departures departures,
            Loop loop,
            RegistrationLimits limits,
            NodeRef room,
            RpcPeer peer,
            LongUnaryOperator randomBelow) {
        this.registrar = registrar;
        this.table = table;
        this.departures = departures;
        this.loop = loop;
        this.limits = limits;
        this.room = room;
        this.peer = peer;
        this.backoff =
                new Backoff(limits.retryFirst().toNanos(), limits.retryMax().toNanos(), randomBelow);
        this.bitmapSentNs = loop.nowNs() - limits.wholenessInterval().toNanos();
        this.resendAllowedNs = loop.nowNs();
        this.changedNs = loop.nowNs();
        this.blockedUntilNs = loop.nowNs();
    }

    RpcPeer peer() {
        return peer;
    }

    void setPeer(RpcPeer newPeer) {
        peer = newPeer;
    }

    boolean usable() {
        return incarnation != 0 && peer.connected();
    }

    /** Sessions that wait to be told; what is under way counts as one. */
    int backlog() {
        return fresh.size() + gone.size() + (underWay ? 1 : 0);
    }

    /** A connection has finished its hello; returns true where this life of the register is a new one. */
    boolean onUp(long newIncarnation) {
        boolean another = incarnation != newIncarnation;
        incarnation = newIncarnation;
        if (another) {
            gone.clear();
        }
        return another;
    }

    void close() {
        closed = true;
    }

    void addFresh(Session session) {
        if (usable()) {
            fresh.add(session);
            pump();
        } else {
            // Nothing queues for a register that is away: the bucket is looked through when it is back.
            resend.set(session.bucket());
        }
    }

    void addGone(Session session) {
        if (gone.size() >= limits.goneMax()) {
            table.unconfirm(gone.remove());
        }
        gone.add(session);
        pump();
    }

    /** The bucket has to be sent whole; where it is empty it is. */
    void addBucket(int bucket) {
        untold.set(bucket);
        bitmapHasChanged();
        if (table.size(bucket) == 0) {
            table.setWhole(bucket);
        } else {
            resend.set(bucket);
        }
    }

    /** The bucket belongs to another one. */
    void dropBucket(int bucket) {
        resend.clear(bucket);
        untold.clear(bucket);
        bitmapHasChanged();
    }

    private void bitmapHasChanged() {
        if (!bitmapChanged) {
            bitmapChanged = true;
            changedNs = loop.nowNs();
        }
    }

    /** Sends the next request, if there is one and none is under way. */
    void pump() {
        if (closed || underWay || !usable()) {
            return;
        }
        if (loop.nowNs() < blockedUntilNs) {
            wakeAt(blockedUntilNs);
            return;
        }
        for (int i = 1; i <= TURNS.length; i++) {
            int turn = (lastTurn + i) % TURNS.length;
            if (take(TURNS[turn])) {
                lastTurn = turn;
                return;
            }
        }
        wakeAt(nextDueNs());
    }

    private boolean take(Turn turn) {
        return switch (turn) {
            case GONE -> sendGone();
            case FRESH -> sendFresh();
            case WHOLENESS -> sendWholeness();
            case RESEND -> sendBuckets();
        };
    }

    private long nextDueNs() {
        long due = bitmapSentNs + limits.wholenessInterval().toNanos();
        if (bitmapChanged) {
            due = Math.min(due, changedNs + limits.wholenessGather().toNanos());
        }
        if (!resend.isEmpty()) {
            due = Math.min(due, resendAllowedNs);
        }
        return due;
    }

    private void wakeAt(long dueNs) {
        if (dueNs >= wakeAtNs) {
            return;
        }
        wakeAtNs = dueNs;
        loop.after(Math.max(dueNs - loop.nowNs(), TimeUnit.MILLISECONDS.toNanos(1)), () -> {
            if (wakeAtNs == dueNs) {
                wakeAtNs = NEVER;
                pump();
            }
        });
    }

    private void backOff() {
        blockedUntilNs = loop.nowNs() + backoff.failed();
        pump();
    }

    private void failed(String what, Throwable failure) {
        log.debug("register={} {} failed cause={}", peer.name(), what, failure.toString());
        backOff();
    }

    // ---- sessions that ended
    // -----------------------------------------------------------------------------------------

    private boolean sendGone() {
        UnregisterRequest.Builder request = UnregisterRequest.newBuilder().setRoom(room);
        List<Session> sent = new ArrayList<>();
        while (!gone.isEmpty() && sent.size() < limits.entriesMax()) {
            Session session = gone.remove();
            if (table.owner(session.bucket()) == this) {
                sent.add(session);
                request.addSessions(GoneEntry.newBuilder()
                        .setApp(session.app())
                        .setUser(session.user())
                        .setConnectionId(session.connectionId()));
            }
        }
        if (sent.isEmpty()) {
            return false;
        }
        underWay = true;
        peer.call(RegisterMethods.UNREGISTER, request.build(), limits.callTimeout())
                .whenComplete((answer, failure) -> loop.execute(() -> {
                    underWay = false;
                    if (failure == null) {
                        backoff.succeeded();
                        sent.forEach(table::unconfirm);
                        pump();
                        registrar.tell();
                    } else {
                        sent.forEach(gone::add);
                        failed("unregister", failure);
                    }
                }));
        return true;
    }

    // ---- sessions that are new, and buckets that are sent whole
    // --------------------------------------------------------

    private boolean sendFresh() {
        List<Session> sent = new ArrayList<>();
        while (!fresh.isEmpty() && sent.size() < limits.entriesMax()) {
            Session session = fresh.remove();
            if (!session.gone && table.owner(session.bucket()) == this && !table.isConfirmed(session)) {
                sent.add(session);
            }
        }
        if (sent.isEmpty()) {
            return false;
        }
        sendSessions(sent);
        return true;
    }

    private boolean sendBuckets() {
        long nowNs = loop.nowNs();
        if (resend.isEmpty() || nowNs < resendAllowedNs) {
            return false;
        }
        List<Session> sent = new ArrayList<>();
        for (int bucket = resend.nextSetBit(0);
                bucket >= 0 && sent.size() < limits.entriesMax();
                bucket = resend.nextSetBit(bucket + 1)) {
            if (!collect(bucket, sent)) {
                resend.clear(bucket);
                table.setWhole(bucket);
                bitmapHasChanged();
            }
        }
        if (sent.isEmpty()) {
            return false;
        }
        long cost = TimeUnit.SECONDS.toNanos(sent.size()) / limits.resendPerSecond();
        resendAllowedNs = Math.max(resendAllowedNs, nowNs) + cost;
        sendSessions(sent);
        return true;
    }

    /** Adds what the owner has not confirmed; false where there was nothing. */
    private boolean collect(int bucket, List<Session> to) {
        boolean found = false;
        for (int i = 0; i < table.size(bucket); i++) {
            Session session = table.session(bucket, i);
            if (!table.isConfirmed(session)) {
                found = true;
                if (to.size() == limits.entriesMax()) {
                    return true;
                }
                to.add(session);
            }
        }
        return found;
    }

    private void sendSessions(List<Session> sent) {
        RegisterRequest.Builder request = RegisterRequest.newBuilder().setRoom(room);
        int[] epochs = new int[sent.size()];
        long nowNs = loop.nowNs();
        for (int i = 0; i < epochs.length; i++) {
            Session session = sent.get(i);
            session.told = true;
            epochs[i] = table.epoch(session.bucket());
            request.addSessions(SessionEntry.newBuilder()
                    .setApp(session.app())
                    .setUser(session.user())
                    .setConnectionId(session.connectionId())
                    .setDeviceId(session.deviceId())
                    .setAgeMs(TimeUnit.NANOSECONDS.toMillis(nowNs - session.loginNs()))
                    .setNetwork(session.network()));
        }
        underWay = true;
        peer.call(RegisterMethods.REGISTER, request.build(), limits.callTimeout())
                .whenComplete((answer, failure) -> loop.execute(() -> onRegistered(sent, epochs, answer, failure)));
    }

    private void onRegistered(
            List<Session> sent, int[] epochs, @Nullable RegisterResponse answer, @Nullable Throwable failure) {
        underWay = false;
        boolean refusedSome = false;
        for (int i = 0; i < epochs.length; i++) {
            Session session = sent.get(i);
            boolean current = table.owner(session.bucket()) == this && table.epoch(session.bucket()) == epochs[i];
            RegisterResult result = answer != null && i < answer.getResultsCount()
                    ? answer.getResults(i)
                    : RegisterResult.getDefaultInstance();
            if (result.getSuperseded()) {
                registrar.onSuperseded(session, result.getNewcomerDevice());
            } else if (result.getRegistered() && current) {
                table.confirm(session);
                registrar.onConfirmed(session);
            } else {
                registrar.onNotConfirmed(session);
                if (current && !session.gone) {
                    resend.set(session.bucket());
                    refusedSome = true;
                }
            }
        }
        registrar.tell();
        if (failure != null) {
            failed("register", failure);
        } else if (refusedSome) {
            backOff();
        } else {
            backoff.succeeded();
            pump();
        }
    }

    // ---- wholeness
    // ---------------------------------------------------------------------------------------------------

    private boolean sendWholeness() {
        long nowNs = loop.nowNs();
        boolean changeIsDue =
                bitmapChanged && nowNs - changedNs >= limits.wholenessGather().toNanos();
        if (!changeIsDue && nowNs - bitmapSentNs < limits.wholenessInterval().toNanos()) {
            return false;
        }
        byte[] bitmap = new byte[Buckets.COUNT / 8];
        BitSet toldNow = new BitSet(Buckets.COUNT);
        WholenessRequest.Builder request = WholenessRequest.newBuilder().setRoom(room);
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            if (table.owner(bucket) == this && table.isWhole(bucket)) {
                bitmap[bucket >> 3] |= (byte) (1 << (bucket & 7));
                toldNow.set(bucket);
                if (table.confirmedCount(bucket) > 0) {
                    request.addDigests(BucketDigest.newBuilder()
                            .setBucket(bucket)
                            .setCount(table.confirmedCount(bucket))
                            .setHash(table.confirmedHash(bucket)));
                }
            }
        }
        request.setWhole(ByteString.copyFrom(bitmap));
        toldNow.and(untold);
        untold.andNot(toldNow);
        departures.addTo(request, toldNow, nowNs);
        bitmapChanged = false;
        bitmapSentNs = nowNs;
        underWay = true;
        peer.call(RegisterMethods.WHOLENESS, request.build(), limits.callTimeout())
                .whenComplete((answer, failure) -> loop.execute(() -> onWholenessAnswered(toldNow, answer, failure)));
        return true;
    }

    private void onWholenessAnswered(BitSet told, @Nullable WholenessResponse answer, @Nullable Throwable failure) {
        underWay = false;
        if (answer == null) {
            untold.or(told);
            bitmapHasChanged();
            failed("wholeness", failure == null ? new IllegalStateException("no answer") : failure);
            return;
        }
        backoff.succeeded();
        for (int bucket : answer.getResendList()) {
            if (bucket >= 0 && bucket < Buckets.COUNT && table.owner(bucket) == this) {
                log.debug("register={} asks for bucket={} again", peer.name(), bucket);
                table.restart(bucket, this);
                addBucket(bucket);
            }
        }
        pump();
    }
}
