package io.carillon.center.kick;

import com.google.protobuf.ByteString;

/** What became of a kick by filter as it was posted. */
public sealed interface FilterKickAnswer {
    /** Stored: it is under way, or was before under the same key. */
    record Stored(ByteString id) implements FilterKickAnswer {}

    /** The Idempotency-Key was used with another body; nothing was stored. */
    record KeyConflict() implements FilterKickAnswer {}

    /** The stores do not take it now; nothing was stored. */
    record Refused(String reason) implements FilterKickAnswer {}
}
