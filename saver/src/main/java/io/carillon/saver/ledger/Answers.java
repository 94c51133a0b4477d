package io.carillon.saver.ledger;

import io.carillon.contract.LedgerRecord;
import io.carillon.contract.LedgerResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * What several savers know.
 *
 * @param complete false where one of them did not answer, or could not read all of its files
 */
public record Answers(List<LedgerRecord> records, boolean complete) {
    private static final LedgerResponse NONE =
            LedgerResponse.newBuilder().setIncomplete(true).build();

    public Answers {
        records = List.copyOf(records);
    }

    /** Joins them. The future never fails: a saver that does not answer makes the whole incomplete, and no more. */
    public static CompletableFuture<Answers> of(Stream<CompletableFuture<LedgerResponse>> answers) {
        List<CompletableFuture<LedgerResponse>> all =
                answers.map(answer -> answer.exceptionally(failure -> NONE)).toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).thenApply(any -> {
            List<LedgerResponse> responses =
                    all.stream().map(CompletableFuture::resultNow).toList();
            return new Answers(
                    responses.stream()
                            .flatMap(response -> response.getRecordsList().stream())
                            .toList(),
                    responses.stream().noneMatch(LedgerResponse::getIncomplete));
        });
    }
}
