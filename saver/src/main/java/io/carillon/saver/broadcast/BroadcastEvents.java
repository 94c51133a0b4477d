package io.carillon.saver.broadcast;

import io.carillon.contract.BroadcastStep;
import java.util.List;

/** Told of what happens to broadcasts, for the ledger. Any thread; must not block. */
@FunctionalInterface
public interface BroadcastEvents {
    void onSteps(List<BroadcastStep> steps);

    static BroadcastStep step(LiveBroadcast broadcast, long atMs, String type, String node, String reason) {
        return BroadcastStep.newBuilder()
                .setBroadcast(broadcast.id)
                .setApp(broadcast.app)
                .setAtMs(atMs)
                .setType(type)
                .setNode(node)
                .setReason(reason)
                .build();
    }
}
