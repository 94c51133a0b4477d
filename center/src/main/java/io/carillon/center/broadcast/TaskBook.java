package io.carillon.center.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastTickResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.OrderResult;
import io.carillon.contract.Task;
import io.carillon.contract.TaskKey;
import io.carillon.contract.TaskReport;
import io.carillon.contract.TaskState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that are this center's own just now, without any I/O: what saver says of them, what each room has to be told,
 * and what it answered.
 *
 * <p>saver's answer is the whole truth about whose a task is: one that is missing there goes, and one under a new lease
 * number is a new one. A task is let go, by not naming it in a tick any more, where this center is of no use to it: its
 * room did not answer for longer than another center needs to take over, the room has obeyed a higher number, or it needs
 * the record and this center does not have it (the answer that brought it was lost). The lease then ends, or the record
 * comes again before. Not thread-safe.
 */
final class TaskBook {
    private final RunBounds bounds;
    private final long silenceNs;
    private final Map<TaskKey, Held> held = new LinkedHashMap<>();
    /** By broadcast; each is shared by its tasks. */
    private final Map<ByteString, Broadcast> records = new HashMap<>();

    private final Set<NodeRef> calling = new HashSet<>();

    TaskBook(RunBounds bounds) {
        this.bounds = bounds;
        silenceNs = 2 * bounds.lease().toNanos();
    }

    int size() {
        return held.size();
    }

    // ---- saver ----

    /** What the next tick says; naming a task is what renews its lease. */
    List<TaskReport> reports(long nowNs) {
        List<TaskReport> reports = new ArrayList<>(held.size());
        for (Held task : held.values()) {
            if (!task.letGo() && (task.over() || nowNs - task.heardNs <= silenceNs)) {
                reports.add(task.report.build());
            }
        }
        return reports;
    }

    /** Takes what a tick answered. */
    void adopt(BroadcastTickResponse answer, long nowNs) {
        Set<TaskKey> given = new HashSet<>();
        Set<ByteString> broadcasts = new HashSet<>();
        for (Task task : answer.getTasksList()) {
            boolean known = held.containsKey(task.getKey());
            if (known || held.size() < bounds.tasksMax()) {
                given.add(task.getKey());
                broadcasts.add(task.getKey().getBroadcast());
                adopt(task, nowNs);
            }
        }
        held.keySet().retainAll(given);
        records.keySet().retainAll(broadcasts);
    }

    private void adopt(Task task, long nowNs) {
        if (task.hasBroadcast()) {
            records.putIfAbsent(task.getKey().getBroadcast(), task.getBroadcast());
        }
        Held own = held.computeIfAbsent(task.getKey(), key -> new Held(key, nowNs));
        own.wanted = task.getWanted();
        own.ratePerSecond = task.getRatePerSecond();
        own.recordMissing &= !task.hasBroadcast();
    }

    // ---- rooms ----

    /** One call for each room that has something to be told and is not being asked already. */
    List<RoomOrders> orders() {
        Map<NodeRef, List<Held>> byRoom = new LinkedHashMap<>();
        for (Held task : held.values()) {
            if (!task.letGo() && !task.over() && !calling.contains(task.key.getRoom())) {
                byRoom.computeIfAbsent(task.key.getRoom(), ignored -> new ArrayList<>())
                        .add(task);
            }
        }
        List<RoomOrders> all = new ArrayList<>();
        byRoom.forEach((room, tasks) -> {
            calling.add(room);
            all.add(orders(room, tasks));
        });
        return all;
    }

    private RoomOrders orders(NodeRef room, List<Held> tasks) {
        // Those that waited longest come first, so that a bound only makes rounds longer.
        tasks.sort(Comparator.comparingLong(task -> task.rounds));
        BroadcastOrderRequest.Builder request =
                BroadcastOrderRequest.newBuilder().setIncarnation(room.getIncarnation());
        List<TaskKey> keys = new ArrayList<>();
        long bytes = 0;
        for (Held task : tasks) {
            BroadcastOrder order = task.order(records.get(task.key.getBroadcast()));
            bytes += order.getSerializedSize();
            boolean full = keys.size() >= bounds.ordersMax() || bytes > bounds.orderBytesMax();
            if (full && !keys.isEmpty()) {
                break;
            }
            task.rounds++;
            keys.add(task.key);
            request.addOrders(order);
        }
        return new RoomOrders(room, keys, request.build());
    }

    /** Takes what the room said to these orders, one result each; null where no answer came. */
    void onResults(RoomOrders orders, @Nullable List<OrderResult> results, long nowNs) {
        calling.remove(orders.room());
        if (results == null || results.size() != orders.tasks().size()) {
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            Held task = held.get(orders.tasks().get(i));
            if (task != null) {
                boolean sent = orders.request().getOrders(i).hasRecord();
                boolean recordHere = records.containsKey(task.key.getBroadcast());
                task.onResult(results.get(i), sent, recordHere, nowNs);
            }
        }
    }

    /** One task under one lease number. */
    private static final class Held {
        final TaskKey key;
        final TaskReport.Builder report;
        BroadcastState wanted = BroadcastState.BROADCAST_STATE_UNSPECIFIED;
        double ratePerSecond;
        boolean taken;
        boolean superseded;
        boolean recordMissing;
        long heardNs;
        long rounds;

        Held(TaskKey key, long nowNs) {
            this.key = key;
            heardNs = nowNs;
            report = TaskReport.newBuilder().setTask(key).setState(TaskState.TASK_STATE_OPEN);
        }

        boolean letGo() {
            return superseded || recordMissing;
        }

        boolean over() {
            return report.getState() == TaskState.TASK_STATE_DONE || report.getState() == TaskState.TASK_STATE_GONE;
        }

        BroadcastOrder order(@Nullable Broadcast record) {
            BroadcastOrder.Builder order = BroadcastOrder.newBuilder()
                    .setBroadcast(key.getBroadcast())
                    .setLeaseNumber(key.getLeaseNumber())
                    .setWanted(wanted)
                    .setRatePerSecond(ratePerSecond);
            if (!taken && record != null) {
                order.setRecord(record);
            }
            return order.build();
        }

        void onResult(OrderResult result, boolean recordSent, boolean recordHere, long nowNs) {
            switch (result.getOutcome()) {
                case ORDER_OUTCOME_TAKEN -> {
                    heardNs = nowNs;
                    taken = true;
                    report.setState(result.getState())
                            .setTargeted(result.getTargeted())
                            .setWritten(result.getWritten())
                            .setAcked(result.getAcked())
                            .setLeft(result.getLeft());
                }
                case ORDER_OUTCOME_UNKNOWN -> {
                    taken = false;
                    // Where the record went along and the room still asks for it, silence ends this as any other fault.
                    recordMissing = !recordSent && !recordHere;
                }
                case ORDER_OUTCOME_SUPERSEDED -> superseded = true;
                case ORDER_OUTCOME_GONE -> report.setState(TaskState.TASK_STATE_GONE);
                case ORDER_OUTCOME_BUSY -> heardNs = nowNs;
                // A newer room's word that this release does not know: as if it had not answered.
                case ORDER_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> {}
            }
        }
    }
}
