package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastState;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.LabelSink;
import io.carillon.room.loop.Loop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Broadcasts on one event loop: what its bindings tell of themselves, what the desk hands over, and the slices in which
 * the two are brought together. Event-loop confined but for {@link #loop}.
 *
 * <p>A slice is followed by whatever else the loop has to do: the next one is set as a timer that is due at once, which
 * Netty looks at only after it has read its sockets; a plain task would run again before that. So a delivery waits for
 * one slice at most, or for those of a {@link Convoy}. Walks without a rate rest longer where they would still make
 * messages for single users late: {@link UnicastFirst}.
 */
public final class BroadcastLoop implements LabelSink {
    /** Beyond it the oldest that a client says it has seen are taken for its floor. */
    static final int SEEN_MAX = 1024;

    private final Loop loop;
    private final BroadcastLimits limits;
    private final Follower follower;
    private final Offers offers;
    private final CatchUp catchUp;
    private final TagTable tags = new TagTable();
    private final Map<String, AppSeats> apps = new HashMap<>();
    /** The catch-up first, then walks and counts in turn; a walk only while it has something before it. */
    private final List<Slices> jobs = new ArrayList<>();

    private final Kicks kicks;
    private final UnicastFirst unicastFirst;
    private @Nullable BindingSlots slots;
    private int turn;
    private boolean soon;
    /** When the timer fires; 0: none is set. */
    private long timerNs;
    /** Until then walks without a rate give way. */
    private long restUntilNs;

    /** Told of apps that have bindings on a loop. Thread-safe. */
    interface Follower {
        void follow(String app, int loop);

        void unfollow(String app, int loop);
    }

    BroadcastLoop(
            Loop loop,
            BroadcastLimits limits,
            Follower follower,
            KickBans bans,
            BroadcastCounters counters,
            Steps steps) {
        this.loop = loop;
        this.limits = limits;
        this.follower = follower;
        this.offers = new Offers(loop, counters, steps);
        this.catchUp = new CatchUp(offers, binding -> seats(binding.session().app()), this::queue, limits);
        this.kicks = new Kicks(loop, this::slots, bans);
        this.unicastFirst = new UnicastFirst(limits.giveWayMax().toMillis());
        this.restUntilNs = loop.nowNs();
        jobs.add(catchUp);
    }

    /** Gives it the connections that it walks; before the first of them. */
    public void attach(BindingSlots toWalk) {
        slots = toWalk;
    }

    Loop loop() {
        return loop;
    }

    private BindingSlots slots() {
        return Objects.requireNonNull(slots, "attach() was not called");
    }

    private AppSeats seats(String app) {
        return apps.computeIfAbsent(app, AppSeats::new);
    }

    // ---- what bindings tell
    // --------------------------------------------------------------------------------------------

    /**
     * A binding is there; CONNECTED or BOUND is written. Nothing is waited for.
     *
     * @param cursor null: the client brought none
     * @param fromTheFirst without a cursor it gets all that still lives
     */
    public void opened(Binding binding, @Nullable BroadcastCursor cursor, boolean fromTheFirst) {
        assert loop.inLoop();
        String app = binding.session().app();
        AppSeats seats = seats(app);
        if (seats.bindings++ == 0) {
            follower.follow(app, loop.index());
        }
        if (cursor == null) {
            binding.setBroadcastFloor(fromTheFirst ? 0 : AppList.UNSET);
        } else {
            takeCursor(binding, cursor);
        }
        offers.settle(seats.list, binding);
        if (!seats.list.known || binding.broadcastFloor() < seats.list.last()) {
            catchUp(binding);
        }
    }

    private static void takeCursor(Binding binding, BroadcastCursor cursor) {
        long floor = Math.max(0, cursor.getFloor());
        long[] seen = cursor.getSeenAboveList().stream()
                .mapToLong(Long::longValue)
                .filter(bseq -> bseq > 0)
                .sorted()
                .distinct()
                .toArray();
        int surplus = seen.length - SEEN_MAX;
        if (surplus > 0) {
            floor = Math.max(floor, seen[surplus - 1]);
        }
        binding.setBroadcastFloor(floor);
        if (seen.length > 0 && seen[seen.length - 1] > floor) {
            Marks marks = Offers.marks(binding);
            marks.seen(seen);
            marks.risen(floor);
        }
    }

    /** The binding is over. */
    public void ended(Binding binding) {
        String app = binding.session().app();
        AppSeats seats = seats(app);
        if (--seats.bindings == 0) {
            follower.unfollow(app, loop.index());
        }
    }

    /** How far the client has the app's broadcasts; null: not known. */
    public @Nullable BroadcastCursor cursorOf(Binding binding) {
        if (binding.broadcastFloor() == AppList.UNSET) {
            return null;
        }
        BroadcastCursor.Builder cursor = BroadcastCursor.newBuilder().setFloor(binding.broadcastFloor());
        if (binding.standing() instanceof Marks marks) {
            Arrays.stream(marks.had()).forEach(cursor::addSeenAbove);
        }
        return cursor.build();
    }

    /** The user's tags; null: not known. */
    public @Nullable List<String> tagsOf(Binding binding) {
        Tags known = AppList.tagsOf(binding);
        return known == null ? null : known.words();
    }

    /** The socket, or the client, may take more than it did. */
    public void mayHaveOpened(Binding binding) {
        if (binding.standing() instanceof Marks marks && marks.wasPassedOver() && binding.takesBroadcasts()) {
            catchUp(binding);
        }
    }

    /** The client was heard: it learns of its floor, where that has risen silently. */
    public void heard(Binding binding) {
        offers.tellFloor(seats(binding.session().app()).list, binding);
    }

    /** The client has handled a broadcast, or refused it. */
    public void acked(Binding binding, long bseq) {
        Line line = seats(binding.session().app()).list.line(bseq);
        if (line != null) {
            line.record().tally.acked.increment();
            offers.step(line.record(), binding, "acked", "");
        }
    }

    @Override
    public void onTags(Binding binding, List<String> labels) {
        Tags known = AppList.tagsOf(binding);
        Tags now = tags.of(labels);
        if (!Objects.equals(now, known)) {
            Offers.setTags(binding, now);
            if (known == null) {
                kicks.onFirstTags(binding);
            }
            if (binding.broadcastFloor() < seats(binding.session().app()).list.last()) {
                catchUp(binding);
            }
        }
    }

    /**
     * A message for one user was written.
     *
     * @param acceptedAtMs by center's clock
     */
    public void unicastWritten(Binding binding, long seq, long acceptedAtMs) {
        unicastFirst.onWritten(binding, seq, loop.wallMs() - acceptedAtMs, loop.nowNs());
    }

    /** The client acknowledged a message for it alone. */
    public void unicastAcked(Binding binding, long seq) {
        unicastFirst.onAcked(binding, seq, loop.nowNs());
    }

    private void catchUp(Binding binding) {
        catchUp.add(binding);
        wake(catchUp);
    }

    /** Bindings that wait for their turn to be caught up. Any thread, a moment old. */
    int waiting() {
        return catchUp.waiting();
    }

    // ---- what the desk hands over
    // --------------------------------------------------------------------------------------

    /** The app's list is another now. */
    void adopt(AppList list) {
        AppSeats seats = seats(list.app);
        boolean first = !seats.list.known && list.known;
        seats.list = list;
        seats.removeUnlisted().forEach(Walk::stop);
        for (Line line : list.lines) {
            adopt(seats, line, first);
        }
        for (Binding binding : seats.takeParked()) {
            Offers.marks(binding).parked = false;
            if (!binding.ended()) {
                catchUp(binding);
            }
        }
        jobs.forEach(this::wake);
        if (seats.isIdle()) {
            apps.remove(list.app);
        }
    }

    /** What was over when the list came first needs no walk: whoever was here before waits for the list. */
    private void adopt(AppSeats seats, Line line, boolean first) {
        Walk walk = seats.walk(line.record().bseq);
        if (walk != null) {
            walk.setState(line.state());
        } else if (line.mayWalk() && !line.record().heldBack) {
            Run run = line.run();
            Walk started = run == null && first
                    ? Walk.done(line.record(), seats, pushes, loop, limits)
                    : new Walk(
                            line.record(),
                            seats,
                            run == null ? null : run.share(loop.index()),
                            Convoy.start(jobs),
                            pushes,
                            loop,
                            limits);
            started.setState(line.state());
            seats.add(started);
            queue(started);
            wake(started);
        }
    }

    private final Walk.Steps pushes = new Walk.Steps() {
        @Override
        public BindingSlots slots() {
            return BroadcastLoop.this.slots();
        }

        @Override
        public Walk.Step at(Walk walk, Binding binding) {
            return offers.offer(walk.seats.list, walk.record, binding) == Offers.Outcome.WRITTEN
                    ? Walk.Step.SERVED
                    : Walk.Step.PASSED;
        }
    };

    /** Begins or steers a kick. */
    void kick(Run run, BroadcastState state) {
        if (kicks.steer(run, state) == null) {
            Walk walk = new Walk(run.record, seats(run.record.app), run.share(loop.index()), 0, kicks, loop, limits);
            kicks.begun(run, walk);
            kicks.steer(run, state);
            queue(walk);
            wake(walk);
        }
        jobs.forEach(this::wake);
    }

    void count(String app, Filter filter, CompletableFuture<Long> answer) {
        add(new Census(app, filter, slots(), limits.slotsPerTurn(), answer));
    }

    /** Has the walk looked at, until it rests. */
    private void queue(Walk walk) {
        if (!walk.queued) {
            walk.queued = true;
            jobs.add(walk);
        }
    }

    private boolean isDone(Slices job) {
        boolean done = job.over() || job.rests();
        if (done && job instanceof Walk walk) {
            walk.queued = false;
        }
        return done;
    }

    private void add(Slices slices) {
        jobs.add(slices);
        wake(slices);
    }

    // ---- turns
    // -----------------------------------------------------------------------------------------------------------

    private void wake(Slices slices) {
        slices.wake(loop.nowNs());
        turnSoon();
    }

    private void turnSoon() {
        if (!soon) {
            soon = true;
            loop.after(UnicastFirst.AT_ONCE_NS, () -> {
                soon = false;
                turn();
            });
        }
    }

    /** One slice of the catch-up, and one of the next job that is due, with those that go with it. */
    private void turn() {
        long nowNs = loop.nowNs();
        jobs.removeIf(this::isDone);
        kicks.forgetOld(nowNs);
        if (catchUp.isDue(nowNs)) {
            catchUp.run(nowNs);
        }
        for (int i = 1; i < jobs.size(); i++) {
            Slices next = jobs.get(1 + Math.floorMod(turn++, jobs.size() - 1));
            if (next.isDue(nowNs) && !givesWay(next, nowNs)) {
                Convoy.run(next, jobs, unicastFirst.part(), nowNs);
                if (isFast(next)) {
                    restUntilNs = nowNs + unicastFirst.restNs(nowNs);
                }
                break;
            }
        }
        planNext();
    }

    private static boolean isFast(Slices job) {
        return job instanceof Walk walk && walk.isFast();
    }

    private boolean givesWay(Slices job, long nowNs) {
        return restUntilNs - nowNs > 0 && isFast(job);
    }

    private void planNext() {
        long nowNs = loop.nowNs();
        long waitNs = Slices.IDLE;
        for (Slices slices : jobs) {
            long ownNs = slices.waitNs(nowNs);
            waitNs = Math.min(waitNs, givesWay(slices, nowNs) ? Math.max(ownNs, restUntilNs - nowNs) : ownNs);
        }
        if (waitNs == Slices.SOON) {
            turnSoon();
        } else if (waitNs != Slices.IDLE) {
            planTurn(nowNs + waitNs);
        }
    }

    /** One timer at a time, but for those that an earlier one has overtaken. */
    private void planTurn(long atNs) {
        if (timerNs != 0 && timerNs - atNs <= 0) {
            return;
        }
        timerNs = atNs;
        loop.after(atNs - loop.nowNs(), () -> {
            if (timerNs == atNs) {
                timerNs = 0;
                turn();
            }
        });
    }
}
