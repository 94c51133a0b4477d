package io.carillon.center.message;

import com.google.protobuf.ByteString;
import java.util.List;

/** How a post ended. */
public sealed interface PostAnswer {
    /** Each user has its answer, in the order of the request. */
    record Done(ByteString requestId, List<UserAnswer> users) implements PostAnswer {
        public Done {
            users = List.copyOf(users);
        }
    }

    /** The Idempotency-Key was used with another body; nothing was stored. */
    record KeyConflict() implements PostAnswer {}

    /** The stores do not take it now; nothing was stored. */
    record Refused(String reason) implements PostAnswer {}
}
