package io.carillon.room.delivery;

import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.LoadResult;
import io.carillon.contract.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** saver as a test sees it: requests are kept until the test answers them. */
final class FakeMailboxes implements Mailboxes {
    record Asked<Q, A>(Q request, CompletableFuture<A> answer) {}

    final List<Asked<LoadRequest, LoadResponse>> loads = new ArrayList<>();
    final List<Asked<AckRequest, AckResponse>> acks = new ArrayList<>();

    @Override
    public CompletableFuture<LoadResponse> load(LoadRequest request, Duration timeout) {
        Asked<LoadRequest, LoadResponse> asked = new Asked<>(request, new CompletableFuture<>());
        loads.add(asked);
        return asked.answer;
    }

    @Override
    public CompletableFuture<AckResponse> ack(AckRequest request, Duration timeout) {
        Asked<AckRequest, AckResponse> asked = new Asked<>(request, new CompletableFuture<>());
        acks.add(asked);
        return asked.answer;
    }

    LoadRequest load(int index) {
        return loads.get(index).request;
    }

    AckRequest ack(int index) {
        return acks.get(index).request;
    }

    void answerLoad(int index, boolean more, StoredMessage... messages) {
        LoadResult result = LoadResult.newBuilder()
                .setLoaded(true)
                .setTagsKnown(true)
                .setMore(more)
                .addAllMessages(List.of(messages))
                .build();
        loads.get(index)
                .answer
                .complete(LoadResponse.newBuilder().addResults(result).build());
    }

    void answerAck(int index, boolean... applied) {
        AckResponse.Builder response = AckResponse.newBuilder();
        for (boolean one : applied) {
            response.addApplied(one);
        }
        acks.get(index).answer.complete(response.build());
    }
}
