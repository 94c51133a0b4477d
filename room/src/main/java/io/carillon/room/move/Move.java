package io.carillon.room.move;

import io.carillon.contract.MoveKind;
import io.carillon.contract.MoveResponse;
import io.carillon.contract.MoveState;
import io.carillon.room.loop.Loop;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

/**
 * One move: asks connections to leave, in random order and at a rate, and closes those that have not gone in time. A
 * drain goes on, also with those that came meanwhile, until nobody is left or its time is over. Confined to its loop.
 */
final class Move {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** After a pause of the process no more than a second's worth is asked at once. */
    private static final long CATCH_UP_NS = TimeUnit.SECONDS.toNanos(1);

    private final Loop loop;
    private final MoveLimits limits;
    private final Crowd crowd;
    private final MoveKind kind;
    private final long wanted;
    private final List<String> rooms;
    private final LongUnaryOperator randomBelow;
    private final Runnable onEnd;
    private final long startedAtMs;
    private final long startedNs;
    /** Asked and not looked after yet, oldest first. */
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();

    private MoveState state = MoveState.MOVE_STATE_RUNNING;
    private long[] ids = {};
    private int next;
    private boolean gathering;
    private long planned;
    private long asked;
    private long closed;
    private long ratePerSecond;
    private long allowedNs;
    private long finishedAtMs;

    /** Asked in one turn; closed together. */
    private record Batch(int from, int to, long closeAtNs) {}

    /**
     * @param wanted how many are asked at most
     * @param rooms names of those they are sent to; empty: any
     * @param onEnd called once, unless it is cancelled
     */
    Move(
            Loop loop,
            MoveLimits limits,
            Crowd crowd,
            MoveKind kind,
            long wanted,
            List<String> rooms,
            LongUnaryOperator randomBelow,
            Runnable onEnd) {
        this.loop = loop;
        this.limits = limits;
        this.crowd = crowd;
        this.kind = kind;
        this.wanted = wanted;
        this.rooms = List.copyOf(rooms);
        this.randomBelow = randomBelow;
        this.onEnd = onEnd;
        this.startedAtMs = loop.wallMs();
        this.startedNs = loop.nowNs();
        this.planned = Math.min(wanted, crowd.connections());
    }

    MoveKind kind() {
        return kind;
    }

    boolean runs() {
        return state == MoveState.MOVE_STATE_RUNNING;
    }

    /** Whether an order for so many to there is what this move does. */
    boolean isFor(long connections, List<String> to) {
        return wanted == connections && rooms.equals(to);
    }

    void start() {
        gather();
        tick();
    }

    /** Nobody else is asked. */
    void cancel() {
        if (runs()) {
            end(MoveState.MOVE_STATE_CANCELLED);
        }
    }

    private void gather() {
        gathering = true;
        crowd.ids(all -> loop.execute(() -> onIds(all)));
    }

    private void onIds(long[] all) {
        gathering = false;
        shuffle(all);
        int count = (int) Math.min(all.length, wanted - asked);
        ids = Arrays.copyOf(all, count);
        next = 0;
        if (ratePerSecond == 0) {
            planned = count;
            // As many a second for a part of the room as for all of it.
            ratePerSecond = limits.ratePerSecond(all.length);
        } else {
            planned = Math.max(planned, asked + count);
        }
        allowedNs = loop.nowNs();
    }

    private void shuffle(long[] all) {
        for (int i = all.length - 1; i > 0; i--) {
            int other = (int) randomBelow.applyAsLong(i + 1L);
            long swapped = all[i];
            all[i] = all[other];
            all[other] = swapped;
        }
    }

    private void tick() {
        if (!runs()) {
            return;
        }
        closeThoseWhoStayed();
        askSome();
        if (isOver()) {
            end(MoveState.MOVE_STATE_DONE);
            onEnd.run();
            return;
        }
        if (kind == MoveKind.MOVE_KIND_DRAIN && !gathering && next == ids.length && batches.isEmpty()) {
            // Who was logging in when the door was shut.
            gather();
        }
        loop.after(TICK_NS, this::tick);
    }

    private void askSome() {
        if (ratePerSecond == 0 || next == ids.length) {
            return;
        }
        long nowNs = loop.nowNs();
        allowedNs = Math.max(allowedNs, nowNs - CATCH_UP_NS);
        long eachNs = TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
        int count = (int) Math.min(ids.length - next, (nowNs - allowedNs) / eachNs);
        if (count == 0) {
            return;
        }
        allowedNs += count * eachNs;
        crowd.ask(Arrays.copyOfRange(ids, next, next + count), rooms);
        batches.add(new Batch(next, next + count, nowNs + limits.closeAfter().toNanos()));
        next += count;
        asked += count;
    }

    private void closeThoseWhoStayed() {
        long nowNs = loop.nowNs();
        for (Batch batch = batches.peek(); batch != null && batch.closeAtNs - nowNs <= 0; batch = batches.peek()) {
            batches.remove();
            crowd.close(Arrays.copyOfRange(ids, batch.from, batch.to), count -> loop.execute(() -> closed += count));
        }
    }

    private boolean isOver() {
        if (kind == MoveKind.MOVE_KIND_DRAIN) {
            return crowd.connections() == 0
                    || loop.nowNs() - startedNs >= limits.drainLimit().toNanos();
        }
        return ratePerSecond > 0 && next == ids.length && batches.isEmpty();
    }

    private void end(MoveState how) {
        state = how;
        finishedAtMs = loop.wallMs();
    }

    MoveResponse.Builder describe() {
        return MoveResponse.newBuilder()
                .setKind(kind)
                .setState(state)
                .setPlanned(planned)
                .setAsked(asked)
                .setClosed(closed)
                .setStartedAtMs(startedAtMs)
                .setFinishedAtMs(finishedAtMs)
                .addAllTo(rooms);
    }
}
