package io.carillon.center.message;

import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.SchedulePutRequest;
import io.carillon.contract.SchedulePutResponse;
import io.carillon.runtime.contract.SaverMethods;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Stores messages for later, a whole request as one record: either all of its users are scheduled or none. Thread-safe. */
final class ScheduleStore {
    private final SaverClient savers;
    private final PostListener listener;

    ScheduleStore(SaverClient savers, PostListener listener) {
        this.savers = savers;
        this.listener = listener;
    }

    /** Never fails. The same request again is harmless. */
    CompletableFuture<PostAnswer> put(Draft draft, boolean maybeStoredBefore) {
        if (draft.size() == 0) {
            return CompletableFuture.completedFuture(new PostAnswer.Done(draft.requestId(), List.of()));
        }
        SchedulePutRequest request =
                SchedulePutRequest.newBuilder().setPost(ScheduledForm.of(draft)).build();
        return savers.ask(SaverMethods.SCHEDULE_PUT, request)
                .handle((response, failure) -> answer(draft, maybeStoredBefore, response, failure));
    }

    private PostAnswer answer(
            Draft draft,
            boolean maybeStoredBefore,
            @Nullable SchedulePutResponse response,
            @Nullable Throwable failure) {
        if (response == null) {
            boolean certain = SaverClient.notExecuted(failure) && !maybeStoredBefore;
            return certain
                    ? all(draft, UserAnswer.Status.NOT_STORED, "No store took the message; it will not be sent.")
                    : all(
                            draft,
                            UserAnswer.Status.UNKNOWN,
                            "It is not known whether the message is scheduled. Try again with the same"
                                    + " Idempotency-Key.");
        }
        return response.getError().isEmpty()
                ? all(draft, UserAnswer.Status.SCHEDULED, "")
                : new PostAnswer.Refused(response.getError());
    }

    private PostAnswer.Done all(Draft draft, UserAnswer.Status status, String detail) {
        List<UserAnswer> answers = new ArrayList<>(draft.size());
        for (int i = 0; i < draft.size(); i++) {
            String reason = detail.isEmpty() ? "" : status.label();
            answers.add(new UserAnswer(
                    draft.user(i), draft.messageIds().get(i), 0, status, null, false, false, reason, detail));
            listener.onAnswer(status);
        }
        return new PostAnswer.Done(draft.requestId(), answers);
    }
}
