package io.carillon.room.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastCount;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.TaskState;
import io.carillon.room.loop.Loop;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What center ordered this room to walk, each once in the room's life, whoever repeats the order. Confined to the desk. */
final class Runs {
    private static final Logger log = LoggerFactory.getLogger(Runs.class);
    /** Of runs that are done and not listed any more; the oldest are forgotten beyond it. */
    private static final int DONE_KEPT_MAX = 1_000;

    private final Loop loop;
    private final BroadcastLimits limits;
    private final String room;
    private final Lists lists;
    private final List<BroadcastLoop> loops;
    private final Steps steps;
    private final Map<ByteString, Run> runs = new LinkedHashMap<>();

    Runs(Loop loop, BroadcastLimits limits, String room, Lists lists, List<BroadcastLoop> loops, Steps steps) {
        this.loop = loop;
        this.limits = limits;
        this.room = room;
        this.lists = lists;
        this.loops = loops;
        this.steps = steps;
    }

    OrderResult take(BroadcastOrder order) {
        Run run = runs.get(order.getBroadcast());
        if (run == null) {
            Line line = lists.line(order.getBroadcast());
            return line != null && line.finished() ? over(line) : first(order);
        }
        if (order.getLeaseNumber() < run.leaseNumber) {
            return run.result(OrderOutcome.ORDER_OUTCOME_SUPERSEDED);
        }
        run.leaseNumber = order.getLeaseNumber();
        run.heardNs = loop.nowNs();
        if (!run.cancelled() && order.getWanted() != run.wanted) {
            log.info("broadcast message_id={} wanted={}", hex(run), order.getWanted());
            run.wanted = order.getWanted();
            if (run.record.kick) {
                steerKick(run);
            } else {
                lists.steer(run);
            }
        }
        run.setRate(order.getRatePerSecond());
        return run.result(OrderOutcome.ORDER_OUTCOME_TAKEN);
    }

    /** Its walk ended long ago, or it is served to all as something that is over. */
    private static OrderResult over(Line line) {
        BroadcastCount count = line.record().tally.count();
        return OrderResult.newBuilder()
                .setOutcome(OrderOutcome.ORDER_OUTCOME_TAKEN)
                .setState(TaskState.TASK_STATE_DONE)
                .setTargeted(count.getTargeted())
                .setWritten(count.getWritten())
                .setAcked(count.getAcked())
                .build();
    }

    private OrderResult first(BroadcastOrder order) {
        if (order.getWanted() == BroadcastState.BROADCAST_STATE_CANCELLED) {
            return OrderResult.newBuilder()
                    .setOutcome(OrderOutcome.ORDER_OUTCOME_TAKEN)
                    .setState(TaskState.TASK_STATE_DONE)
                    .build();
        }
        if (active() >= limits.runsMax()) {
            return OrderResult.newBuilder()
                    .setOutcome(OrderOutcome.ORDER_OUTCOME_BUSY)
                    .build();
        }
        BroadcastRecord record = record(order);
        if (record == null) {
            return OrderResult.newBuilder()
                    .setOutcome(OrderOutcome.ORDER_OUTCOME_UNKNOWN)
                    .build();
        }
        Run run = new Run(record, loops.size(), order.getLeaseNumber(), order.getWanted(), loop.nowNs());
        run.setRate(order.getRatePerSecond());
        runs.put(record.id, run);
        log.info("broadcast message_id={} ordered app={} rate={}", hex(run), record.app, order.getRatePerSecond());
        if (record.kick) {
            beginKick(run, order.getRecord());
        } else {
            steps.ofRoom(record, loop.wallMs(), "ordered");
            beginWalk(run);
        }
        return run.result(OrderOutcome.ORDER_OUTCOME_TAKEN);
    }

    private @Nullable BroadcastRecord record(BroadcastOrder order) {
        Line listed = lists.line(order.getBroadcast());
        if (listed != null && !listed.record().heldBack) {
            return listed.record();
        }
        return order.hasRecord() ? lists.record(order.getRecord(), loop.wallMs()) : null;
    }

    /**
     * The list that has the broadcast comes a moment later than the order: saver's memory follows the store. Until then
     * no floor could be told, so the walk waits, but not for long.
     */
    private void beginWalk(Run run) {
        Shelf shelf = lists.shelf(run.record.app);
        if (shelf.followers.isEmpty() || shelf.newest >= run.record.bseq) {
            run.begin();
        } else {
            loop.after(limits.listGrace().toNanos(), () -> {
                if (!run.begun()) {
                    run.begin();
                    lists.publish(lists.shelf(run.record.app));
                }
            });
        }
        lists.begin(run);
    }

    private void beginKick(Run run, Broadcast record) {
        run.begin();
        List<String> rooms = record.getSpec().getAudience().getRoomsList();
        if (rooms.isEmpty() || rooms.contains(room)) {
            steerKick(run);
        } else {
            run.skip();
        }
    }

    private void steerKick(Run run) {
        BroadcastState wanted = run.wanted;
        loops.forEach(on -> on.loop().execute(() -> on.kick(run, wanted)));
    }

    int active() {
        int active = 0;
        for (Run run : runs.values()) {
            active += run.done() ? 0 : 1;
        }
        return active;
    }

    /** Shares the rates out anew: some loops are through sooner than others. */
    void shareOut() {
        runs.values().forEach(Run::shareOut);
    }

    /** Forgets what expired; it would find nobody any more. */
    void sweep(long nowMs) {
        runs.values().stream().filter(run -> !run.done()).forEach(run -> run.record.tally.keep(nowMs));
        runs.values().removeIf(run -> run.done() && run.record.tally.mayForget(nowMs));
        if (runs.size() > DONE_KEPT_MAX) {
            int surplus = runs.size() - DONE_KEPT_MAX;
            List<Run> oldest = runs.values().stream()
                    .filter(this::mayForget)
                    .limit(surplus)
                    .toList();
            oldest.forEach(run -> runs.remove(run.record.id));
        }
    }

    /** What is listed has to be known as walked. */
    private boolean mayForget(Run run) {
        return run.done() && lists.line(run.record.id) == null;
    }

    private static String hex(Run run) {
        return HexFormat.of().formatHex(run.record.id.toByteArray());
    }
}
