package io.carillon.room.move;

import io.carillon.contract.MoveKind;
import io.carillon.contract.MoveRequest;
import io.carillon.contract.MoveResponse;
import io.carillon.room.loop.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes orders to have clients leave; one move at a time. A drain takes the place of a rebalance, is never taken back, and
 * once begun stays the room's last word. Thread-safe: its state is confined to {@code loop}.
 */
public final class MoveDesk {
    private static final Logger log = LoggerFactory.getLogger(MoveDesk.class);

    private final Loop loop;
    private final MoveLimits limits;
    private final Crowd crowd;
    private final DrainSteps steps;
    private final LongUnaryOperator randomBelow;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private @Nullable Move last;
    private boolean draining;

    public MoveDesk(Loop loop, MoveLimits limits, Crowd crowd, DrainSteps steps, LongUnaryOperator randomBelow) {
        this.loop = loop;
        this.limits = limits;
        this.crowd = crowd;
        this.steps = steps;
        this.randomBelow = randomBelow;
    }

    /** Carries out an order, or only tells how far the last one is. */
    public CompletableFuture<MoveResponse> order(MoveRequest request) {
        CompletableFuture<MoveResponse> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(take(request)));
        return answer;
    }

    /** Drains; completes when nobody is left or the time for it is over. */
    public CompletableFuture<Void> drain() {
        loop.execute(this::beginDrain);
        return drained;
    }

    private MoveResponse take(MoveRequest request) {
        String refusal =
                switch (request.getKind()) {
                    case MOVE_KIND_DRAIN -> {
                        beginDrain();
                        yield "";
                    }
                    case MOVE_KIND_REBALANCE -> beginRebalance(request);
                    case MOVE_KIND_CANCEL -> cancel();
                    case MOVE_KIND_UNSPECIFIED, UNRECOGNIZED -> "";
                };
        MoveResponse.Builder answer = last == null ? MoveResponse.newBuilder() : last.describe();
        return answer.setAccepted(refusal.isEmpty())
                .setReason(refusal)
                .setConnections(crowd.connections())
                .setLimitSeconds((int) limits.drainLimit().toSeconds())
                .build();
    }

    private void beginDrain() {
        if (draining) {
            return;
        }
        draining = true;
        cancel();
        log.info("draining connections={}", crowd.connections());
        Move drain = begin(
                MoveKind.MOVE_KIND_DRAIN,
                MoveRequest.newBuilder().setConnections(Long.MAX_VALUE).build());
        steps.announceDraining();
        loop.after(limits.announceTime().toNanos(), () -> {
            steps.shut();
            drain.start();
        });
    }

    private String beginRebalance(MoveRequest request) {
        Move running = last != null && last.runs() ? last : null;
        if (running == null) {
            log.info("rebalancing connections={} to={}", request.getConnections(), request.getToList());
            begin(MoveKind.MOVE_KIND_REBALANCE, request).start();
            return "";
        }
        if (running.kind() == MoveKind.MOVE_KIND_DRAIN) {
            return "the room drains";
        }
        return running.isFor(request.getConnections(), request.getToList()) ? "" : "another rebalance is under way";
    }

    private Move begin(MoveKind kind, MoveRequest request) {
        Move move = new Move(
                loop,
                limits,
                crowd,
                kind,
                request.getConnections(),
                request.getToList(),
                randomBelow,
                () -> onEnd(kind));
        last = move;
        return move;
    }

    private void onEnd(MoveKind kind) {
        log.info("{} ended connections={}", kind, crowd.connections());
        if (kind == MoveKind.MOVE_KIND_DRAIN) {
            drained.complete(null);
            steps.onDrained();
        }
    }

    private String cancel() {
        Move running = last;
        if (running == null || !running.runs()) {
            return "";
        }
        if (running.kind() == MoveKind.MOVE_KIND_DRAIN) {
            return "the room drains, which is not taken back";
        }
        running.cancel();
        return "";
    }
}
