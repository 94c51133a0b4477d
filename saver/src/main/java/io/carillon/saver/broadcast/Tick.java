package io.carillon.saver.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.NodeRef;
import io.carillon.contract.Task;
import io.carillon.contract.TaskKey;
import io.carillon.contract.TaskReport;
import io.carillon.contract.TaskState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * What one center's tick makes of the broadcasts that live: reports, rooms that are gone or new, ends, starts, leases,
 * rates, in this order. Works on rows in memory alone; who calls it reads them before and writes what has changed, all in
 * one transaction behind the gate.
 */
final class Tick {
    static final long GONE_AFTER_MS = 10_000;
    /** For this long rooms are told to end what is over; then its tasks are given up. */
    static final long WIND_UP_MS = 30_000;
    /** A lease that has run out this long ago is anybody's, also of who has its share: the others don't come for it. */
    static final long SHARE_GRACE_MS = 500;

    /** So that not each tick writes each task: what it reports is in the store this much later at most. */
    static final long RENEW_AFTER_MS = 600;

    /** Tasks not over, of all apps; beyond it nothing is started. */
    static final int TASKS_MAX = 20_000;

    /** Each comes with its record of at most {@link Broadcasts#RECORD_BYTES_MAX}: together less than a frame. */
    static final int GIVEN_MAX = 200;

    /** A task that had as many leases stays where it is: a center that can't reach its room would ask for it for ever. */
    private static final int HANDOVERS_MAX = 8;

    private static final long LEASE_MS_LEAST = 500;
    private static final long LEASE_MS_MAX = 60_000;

    private final BroadcastTickRequest request;
    private final String center;
    private final long nowUs;
    private final long nowMs;
    private final long leaseMs;
    private final int runningMax;
    private final List<LiveBroadcast> live;
    /** By app; raised with each start. */
    private final Map<String, Long> lastBseqs;

    /** Where a task is, whoever has it. */
    private record Place(ByteString broadcast, NodeRef room) {}

    private final Set<TaskKey> named = new HashSet<>();
    private final List<TaskReport> counted = new ArrayList<>();
    private final Set<String> changedApps = new TreeSet<>();
    private final List<BroadcastStep> steps = new ArrayList<>();
    private int given;

    /** @param live what runs, is paused in its run, winds up, or has just expired; with its tasks */
    Tick(
            BroadcastTickRequest request,
            long nowUs,
            int runningMax,
            List<LiveBroadcast> live,
            Map<String, Long> lastBseqs) {
        this.request = request;
        this.center = owner(request.getCenter());
        this.nowUs = nowUs;
        this.nowMs = nowUs / 1000;
        this.leaseMs = Math.clamp(request.getLeaseMs(), LEASE_MS_LEAST, LEASE_MS_MAX);
        this.runningMax = runningMax;
        this.live = new ArrayList<>(live);
        live.forEach(broadcast -> broadcast.tasks.forEach(LiveTask::begin));
        this.lastBseqs = lastBseqs;
    }

    /** @param due those that wait and may start, in their order */
    void run(List<LiveBroadcast> due) {
        takeReports();
        giveUpRooms();
        live.forEach(this::welcome);
        live.forEach(this::end);
        if (request.getRoomsCount() > 0) {
            due.forEach(this::start);
        }
        lease();
    }

    static String owner(NodeRef center) {
        return center.getName() + '/' + Long.toUnsignedString(center.getIncarnation());
    }

    private void takeReports() {
        Map<Place, LiveTask> byPlace = new HashMap<>();
        for (LiveBroadcast broadcast : live) {
            for (LiveTask task : broadcast.tasks) {
                byPlace.put(new Place(broadcast.id, task.room), task);
            }
        }
        for (TaskReport report : request.getReportsList()) {
            TaskKey key = report.getTask();
            LiveTask task = byPlace.get(new Place(key.getBroadcast(), key.getRoom()));
            if (task != null && task.owner.equals(center) && task.number == key.getLeaseNumber()) {
                take(task, report);
            }
        }
    }

    private void take(LiveTask task, TaskReport report) {
        named.add(report.getTask());
        task.reported = true;
        TaskState before = task.state;
        switch (report.getState()) {
            case TASK_STATE_DONE, TASK_STATE_GONE -> {
                task.end(report.getState());
                boolean done = report.getState() == TaskState.TASK_STATE_DONE;
                step(task.broadcast, done ? "walked" : "given_up", task.room.getName(), "");
            }
            case TASK_STATE_WALKING -> {
                task.state = TaskState.TASK_STATE_WALKING;
                task.left = Math.max(0, report.getLeft());
            }
            default -> {
                // Not begun: what is left is not known yet.
            }
        }
        boolean renew = task.leaseUntilMs - nowMs <= leaseMs - Math.min(RENEW_AFTER_MS, leaseMs / 4);
        if (task.over() || task.state != before || renew) {
            counted.add(report);
            if (!task.over()) {
                hold(task);
            }
        }
    }

    private void hold(LiveTask task) {
        task.leaseUntilMs = nowMs + leaseMs;
        task.changed = true;
    }

    private void giveUpRooms() {
        if (request.getRoomsCount() == 0) {
            return;
        }
        Set<NodeRef> there = Set.copyOf(request.getRoomsList());
        for (LiveBroadcast broadcast : live) {
            for (LiveTask task : broadcast.tasks) {
                if (there.contains(task.room)) {
                    task.changed |= task.absentSinceMs != 0;
                    task.absentSinceMs = 0;
                } else if (task.absentSinceMs == 0) {
                    task.absentSinceMs = nowMs;
                    task.changed = true;
                } else if (nowMs - task.absentSinceMs >= GONE_AFTER_MS && !task.over()) {
                    task.end(TaskState.TASK_STATE_GONE);
                    step(task.broadcast, "given_up", task.room.getName(), "the room is gone");
                }
            }
        }
    }

    /** Rooms that came while it runs. */
    private void welcome(LiveBroadcast broadcast) {
        if (broadcast.newcomers.isEmpty() || unfinished() + broadcast.newcomers.size() > TASKS_MAX) {
            return;
        }
        for (NodeRef room : broadcast.newcomers) {
            broadcast.addTask(room);
            step(broadcast, "joined", room.getName(), "");
        }
    }

    private long unfinished() {
        return live.stream().mapToLong(one -> one.tasks.size()).sum();
    }

    private void end(LiveBroadcast broadcast) {
        boolean expired = broadcast.expiresAtMs <= nowMs;
        boolean walked = broadcast.tasks.stream().allMatch(LiveTask::over);
        if (!broadcast.over() && (expired || walked)) {
            broadcast.finish(nowMs);
            step(broadcast, "finished", "", expired ? "expired" : "");
            changedApps.add(broadcast.app);
        }
        if (expired && broadcast.listed) {
            broadcast.unlist();
            changedApps.add(broadcast.app);
        }
        if (broadcast.over()) {
            windUp(broadcast);
        }
    }

    /** What no center was ever given is over at once; the rest when its rooms have said so, or never will. */
    private void windUp(LiveBroadcast broadcast) {
        boolean late = nowMs - broadcast.finishedAtMs >= WIND_UP_MS;
        boolean unfinished = false;
        for (LiveTask task : broadcast.tasks) {
            if (!task.over() && (late || task.number == 0)) {
                task.end(TaskState.TASK_STATE_DONE);
            }
            unfinished |= !task.over();
        }
        if (!unfinished) {
            broadcast.rest();
        }
    }

    private void start(LiveBroadcast broadcast) {
        List<NodeRef> rooms = request.getRoomsList().stream()
                .filter(room -> broadcast.roomsMeant.isEmpty() || broadcast.roomsMeant.contains(room.getName()))
                .distinct()
                .toList();
        long unfinished = unfinished();
        if (!mayRun(broadcast) || (unfinished > 0 && unfinished + rooms.size() > TASKS_MAX)) {
            return;
        }
        long bseq = Math.max(lastBseqs.getOrDefault(broadcast.app, 0L) + 1, nowUs);
        lastBseqs.put(broadcast.app, bseq);
        broadcast.start(bseq, nowMs);
        rooms.forEach(broadcast::addTask);
        step(broadcast, "started", "", rooms.size() + " rooms");
        changedApps.add(broadcast.app);
        live.add(broadcast);
        end(broadcast);
    }

    private boolean mayRun(LiveBroadcast broadcast) {
        if (broadcast.kick) {
            return true;
        }
        int begun = 0;
        for (LiveBroadcast other : live) {
            if (other.app.equals(broadcast.app) && !other.kick && !other.over()) {
                begun++;
                if (other.running() && !broadcast.parallel) {
                    return false;
                }
            }
        }
        return begun < runningMax;
    }

    private void lease() {
        List<LiveTask> free = new ArrayList<>();
        Map<String, Deque<LiveTask>> others = new TreeMap<>();
        int unfinished = 0;
        int own = 0;
        for (LiveBroadcast broadcast : live) {
            for (LiveTask task : broadcast.tasks) {
                if (task.over()) {
                    continue;
                }
                unfinished++;
                if (task.heldBy(center, nowMs)) {
                    own++;
                    rememberOwn(task);
                } else if (task.leaseUntilMs <= nowMs) {
                    free.add(task);
                } else {
                    others.computeIfAbsent(task.owner, owner -> new ArrayDeque<>())
                            .add(task);
                }
            }
        }
        int centers = Math.max(1, Set.copyOf(request.getCentersList()).size());
        int share = (unfinished + centers - 1) / centers;
        for (LiveTask task : free) {
            long freeSinceMs = task.number == 0 ? task.broadcast.startedAtMs : task.leaseUntilMs;
            if (given == GIVEN_MAX) {
                break;
            }
            if (own < share || nowMs - freeSinceMs >= SHARE_GRACE_MS) {
                give(task);
                own++;
            }
        }
        takeOver(own, unfinished / centers, others.values());
    }

    /**
     * Takes tasks from centers that have more, for one that joined when all were given out. Who had one hears of it with
     * its next tick; until then the room refuses its orders for their lower number, and walks on meanwhile.
     */
    private void takeOver(int own, int share, Collection<Deque<LiveTask>> others) {
        int has = own;
        while (!others.isEmpty() && has < share && given < GIVEN_MAX) {
            Deque<LiveTask> most = Collections.max(others, Comparator.comparingInt(Deque::size));
            if (most.size() <= has + 1) {
                return;
            }
            LiveTask task = most.removeLast();
            if (task.number < HANDOVERS_MAX) {
                give(task);
                has++;
            }
        }
    }

    /**
     * The answer that gave it may have been lost on its way: it comes again. But only who names it renews its lease: a
     * center that is of no use to a task, since it can't reach the room, lets it go by its silence.
     */
    private void rememberOwn(LiveTask task) {
        if (named.contains(key(task))) {
            return;
        }
        if (given == GIVEN_MAX) {
            task.withheld = true;
            return;
        }
        given++;
        task.given = true;
    }

    private void give(LiveTask task) {
        given++;
        task.number++;
        task.owner = center;
        task.given = true;
        hold(task);
        String lease = "to " + task.room.getName() + ", lease " + task.number;
        step(task.broadcast, "routed", request.getCenter().getName(), lease);
    }

    /**
     * All that the asker holds now, without the records of what it was given.
     *
     * @param ceilings deliveries a second of an app's broadcasts together; infinite: no ceiling
     */
    List<Task.Builder> answer(ToDoubleFunction<String> ceilings) {
        Rates rates = new Rates(live, ceilings);
        List<Task.Builder> tasks = new ArrayList<>();
        for (LiveTask task : held()) {
            tasks.add(Task.newBuilder()
                    .setKey(key(task))
                    .setApp(task.broadcast.app)
                    .setWanted(wanted(task.broadcast))
                    .setRatePerSecond(rates.of(task))
                    .setBseq(task.broadcast.bseq));
        }
        return tasks;
    }

    /** In the order of {@link #answer}. */
    List<LiveTask> held() {
        List<LiveTask> held = new ArrayList<>();
        for (LiveBroadcast broadcast : live) {
            for (LiveTask task : broadcast.tasks) {
                if (!task.over() && !task.withheld && task.heldBy(center, nowMs)) {
                    held.add(task);
                }
            }
        }
        return held;
    }

    /** What expired is ended in the rooms like what was cancelled. */
    private static BroadcastState wanted(LiveBroadcast broadcast) {
        return broadcast.over() ? BroadcastState.BROADCAST_STATE_CANCELLED : broadcast.state;
    }

    static TaskKey key(LiveTask task) {
        return TaskKey.newBuilder()
                .setBroadcast(task.broadcast.id)
                .setRoom(task.room)
                .setLeaseNumber(task.number)
                .build();
    }

    long leaseMs() {
        return leaseMs;
    }

    /** Those that it started as well. */
    List<LiveBroadcast> live() {
        return live;
    }

    /** Whose lists are others now. */
    Set<String> changedApps() {
        return changedApps;
    }

    private void step(LiveBroadcast broadcast, String type, String node, String reason) {
        if (!broadcast.kick) {
            steps.add(BroadcastEvents.step(broadcast, nowMs, type, node, reason));
        }
    }

    /** For the ledger, once they are stored. */
    List<BroadcastStep> steps() {
        return steps;
    }

    /** Reports under leases that hold, for their counts. */
    List<TaskReport> counted() {
        return counted;
    }

    /** By app; what this tick has given is in it. */
    Map<String, Long> lastBseqs() {
        return lastBseqs;
    }
}
