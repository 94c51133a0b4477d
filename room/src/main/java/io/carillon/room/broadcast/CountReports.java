package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastCount;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.NodeRef;
import io.carillon.room.loop.Loop;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells saver what this room counted, each count whole, and again until it was heard. Also of broadcasts that are over:
 * who connects later still gets them. Confined to the desk.
 */
final class CountReports {
    private static final int COUNTS_MAX = 1000;
    private static final int STEPS_MAX = 5000;

    private final BroadcastLimits limits;
    private final NodeRef room;
    private final BroadcastStore store;
    private final Lists lists;
    private final Steps steps;
    private final Loop loop;
    private boolean underWay;

    private record Sent(Tally tally, BroadcastCount count) {}

    CountReports(Loop loop, BroadcastLimits limits, NodeRef room, BroadcastStore store, Lists lists, Steps steps) {
        this.loop = loop;
        this.limits = limits;
        this.room = room;
        this.store = store;
        this.lists = lists;
        this.steps = steps;
    }

    void send() {
        if (underWay) {
            return;
        }
        List<Sent> sent = new ArrayList<>();
        BroadcastCountsRequest.Builder request =
                BroadcastCountsRequest.newBuilder().setRoom(room);
        for (Tally tally : lists.tallies()) {
            BroadcastCount count = tally.count();
            if (tally.isNews(count) && sent.size() < COUNTS_MAX) {
                sent.add(new Sent(tally, count));
                request.addCounts(count);
            }
        }
        List<BroadcastStep> told = steps.take(STEPS_MAX);
        if (sent.isEmpty() && told.isEmpty()) {
            return;
        }
        request.addAllSteps(told);
        underWay = true;
        store.counts(request.build(), limits.callTimeout())
                .whenComplete((answer, failure) -> loop.execute(() -> onAnswer(sent, told, answer != null)));
    }

    private void onAnswer(List<Sent> sent, List<BroadcastStep> told, boolean heard) {
        underWay = false;
        if (heard) {
            sent.forEach(one -> one.tally.confirmed(one.count));
        } else {
            steps.giveBack(told);
        }
    }
}
