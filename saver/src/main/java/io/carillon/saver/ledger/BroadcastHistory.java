package io.carillon.saver.ledger;

import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastLedgerRequest;
import io.carillon.contract.BroadcastLedgerResponse;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.BroadcastUserSteps;
import io.carillon.contract.LedgerRecord;
import io.carillon.contract.LedgerRequest;
import io.carillon.contract.MessageEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Answers what happened to a broadcast, and to the users who are sampled: all savers' records. Thread-safe; never blocks. */
public final class BroadcastHistory {
    private static final int USERS_MAX = 100;

    private final Function<LedgerRequest, CompletableFuture<Answers>> savers;

    /** @param savers asks every saver, this one included; the future never fails */
    public BroadcastHistory(Function<LedgerRequest, CompletableFuture<Answers>> savers) {
        this.savers = savers;
    }

    /** Users come in the order of their names. What was told twice is there once. */
    public CompletableFuture<BroadcastLedgerResponse> steps(BroadcastLedgerRequest request) {
        int limit = Math.clamp(request.getLimit(), 1, USERS_MAX);
        LedgerRequest question = LedgerRequest.newBuilder()
                .setBroadcastId(request.getId())
                .setUser(request.getUser())
                .setAfterUser(request.getAfterUser())
                .setUsersMax(limit + 1)
                .build();
        return savers.apply(question).thenApply(answers -> answer(request, limit, answers));
    }

    private static BroadcastLedgerResponse answer(BroadcastLedgerRequest request, int limit, Answers answers) {
        TreeMap<String, List<BroadcastStep>> byUser = new TreeMap<>();
        Set<BroadcastStep> known = new HashSet<>();
        for (LedgerRecord record : answers.records()) {
            if (record.getApp().equals(request.getApp())) {
                for (MessageEvent event : record.getEventsList()) {
                    BroadcastStep step = step(request.getId(), record, event);
                    if (known.add(step)) {
                        byUser.computeIfAbsent(record.getUser(), user -> new ArrayList<>())
                                .add(step);
                    }
                }
            }
        }
        BroadcastLedgerResponse.Builder response =
                BroadcastLedgerResponse.newBuilder().setIncomplete(!answers.complete());
        byUser.forEach((user, steps) -> {
            steps.sort(Comparator.comparingLong(BroadcastStep::getAtMs));
            if (user.isEmpty()) {
                response.addAllSteps(steps);
            } else if (response.getUsersCount() < limit) {
                response.addUsers(BroadcastUserSteps.newBuilder().setUser(user).addAllSteps(steps));
            } else {
                response.setMore(true);
            }
        });
        return response.build();
    }

    private static BroadcastStep step(ByteString id, LedgerRecord record, MessageEvent event) {
        return BroadcastStep.newBuilder()
                .setBroadcast(id)
                .setApp(record.getApp())
                .setUser(record.getUser())
                .setAtMs(event.getAtMs())
                .setType(event.getType())
                .setReason(event.getReason())
                .setNode(event.getNode())
                .build();
    }
}
