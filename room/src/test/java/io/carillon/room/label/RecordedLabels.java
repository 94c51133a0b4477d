package io.carillon.room.label;

import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** saver in memory: answers at once, or when the test says so. */
public final class RecordedLabels implements Labels {
    public final List<LabelsChangeRequest> requests = new ArrayList<>();
    public boolean allowed = true;
    final Map<TagsOutcome, Integer> outcomes = new EnumMap<>(TagsOutcome.class);
    final List<CompletableFuture<LabelsChangeResponse>> held = new ArrayList<>();
    boolean holds;
    boolean fails;
    String error = "";

    @Override
    public boolean clientsMayTag(String app) {
        return allowed;
    }

    @Override
    public CompletableFuture<LabelsChangeResponse> change(LabelsChangeRequest request, Duration timeout) {
        requests.add(request);
        if (fails) {
            return CompletableFuture.failedFuture(new IllegalStateException("no saver"));
        }
        CompletableFuture<LabelsChangeResponse> answer = new CompletableFuture<>();
        held.add(answer);
        if (!holds) {
            release();
        }
        return answer;
    }

    void release() {
        held.forEach(answer -> answer.complete(LabelsChangeResponse.newBuilder()
                .setError(error)
                .setTagsVersion(requests.size())
                .build()));
        held.clear();
    }

    @Override
    public void onOutcome(TagsOutcome outcome, int frames) {
        outcomes.merge(outcome, frames, Integer::sum);
    }
}
