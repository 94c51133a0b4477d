package io.carillon.saver.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.BroadcastTickResponse;
import io.carillon.contract.Task;
import io.carillon.contract.TaskKey;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.mysql.StoreTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;

/**
 * The ticks of centers, each one transaction behind the gate: it is there as a whole or not at all. While nothing lives, and
 * no batch asks for its share of a ceiling, a tick is one look at an index. Thread-safe; never blocks.
 */
public final class Ticks {
    private final DatabaseWork gated;
    private final int runningMax;
    private final ToIntFunction<String> ceilings;
    private final BroadcastEvents events;
    private final Runnable onChanged;
    private final Newcomers newcomers = new Newcomers();

    private record Answered(BroadcastTickResponse response, List<BroadcastStep> steps, boolean listsChanged) {}

    /**
     * @param ceilings deliveries a second of an app's broadcasts and batches together; 0: no ceiling
     * @param onChanged called after lists have changed
     */
    public Ticks(
            DatabaseWork gated,
            BroadcastConfig config,
            ToIntFunction<String> ceilings,
            BroadcastEvents events,
            Runnable onChanged) {
        this.gated = gated;
        this.runningMax = config.runningMax();
        this.ceilings = ceilings;
        this.events = events;
        this.onChanged = onChanged;
    }

    public CompletableFuture<BroadcastTickResponse> tick(BroadcastTickRequest request) {
        return gated.submit(connection -> tick(connection, request)).thenApply(answered -> {
            events.onSteps(answered.steps());
            if (answered.listsChanged()) {
                onChanged.run();
            }
            return answered.response();
        });
    }

    private Answered tick(Connection connection, BroadcastTickRequest request) throws SQLException {
        return LiveTable.anything(connection) || request.getBatchesCount() > 0
                ? Gate.behind(connection, locked -> tickBehindGate(locked, request))
                : new Answered(BroadcastTickResponse.getDefaultInstance(), List.of(), false);
    }

    private Answered tickBehindGate(Connection connection, BroadcastTickRequest request) throws SQLException {
        long nowUs = StoreTime.micros(connection);
        List<LiveBroadcast> live = LiveTable.live(connection, nowUs / 1000);
        newcomers.find(connection, live, Set.copyOf(request.getRoomsList()));
        List<LiveBroadcast> due = LiveTable.due(connection, nowUs / 1000, runningMax);
        Set<String> apps = new TreeSet<>();
        due.forEach(one -> apps.add(one.app));
        Map<String, Long> lastBseqs = new HashMap<>(LiveTable.lastBseqs(connection, apps));

        Tick tick = new Tick(request, nowUs, runningMax, live, lastBseqs);
        tick.run(due);
        LiveTable.write(connection, tick.live());
        LiveTable.raise(connection, tick.changedApps(), tick.lastBseqs());
        CountTable.raise(connection, counts(tick));
        JointCeilings shares = new JointCeilings(
                request, ShareTable.all(connection), tick.live(), ceilings, nowUs / 1000, tick.leaseMs());
        ShareTable.write(connection, shares.rows());
        return new Answered(
                answer(connection, tick, shares),
                tick.steps(),
                !tick.changedApps().isEmpty());
    }

    private static List<CountTable.Count> counts(Tick tick) {
        return tick.counted().stream()
                .map(report -> {
                    TaskKey task = report.getTask();
                    return new CountTable.Count(
                            task.getBroadcast(),
                            task.getRoom(),
                            report.getTargeted(),
                            report.getWritten(),
                            report.getAcked());
                })
                .toList();
    }

    private BroadcastTickResponse answer(Connection connection, Tick tick, JointCeilings shares) throws SQLException {
        List<LiveTask> held = tick.held();
        Set<ByteString> given = new LinkedHashSet<>();
        held.stream().filter(task -> task.given).forEach(task -> given.add(task.broadcast.id));
        Map<ByteString, BroadcastSpec> specs = RecordTable.specs(connection, given);
        List<Task> tasks = new ArrayList<>();
        List<Task.Builder> builders = tick.answer(shares::broadcasts);
        for (int i = 0; i < builders.size(); i++) {
            LiveTask task = held.get(i);
            BroadcastSpec spec = task.given ? specs.get(task.broadcast.id) : null;
            if (spec != null) {
                builders.get(i).setBroadcast(record(task.broadcast, spec));
            }
            tasks.add(builders.get(i).build());
        }
        return BroadcastTickResponse.newBuilder()
                .addAllTasks(tasks)
                .addAllBatches(shares.batches())
                .build();
    }

    private static Broadcast record(LiveBroadcast broadcast, BroadcastSpec spec) {
        return Broadcast.newBuilder()
                .setSpec(spec)
                .setState(broadcast.state)
                .setBseq(broadcast.bseq)
                .setStartedAtMs(broadcast.startedAtMs)
                .setFinishedAtMs(broadcast.finishedAtMs)
                .setExpiresAtMs(broadcast.expiresAtMs)
                .build();
    }
}
