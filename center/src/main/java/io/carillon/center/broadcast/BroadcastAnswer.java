package io.carillon.center.broadcast;

import com.google.protobuf.ByteString;

/** How the posting of a broadcast ended. */
public sealed interface BroadcastAnswer {
    /** It is stored and will run. */
    record Stored(ByteString id) implements BroadcastAnswer {}

    /** The Idempotency-Key was used with another body; nothing was stored. */
    record KeyConflict() implements BroadcastAnswer {}

    /** The stores do not take it now; nothing was stored. */
    record Refused(String reason) implements BroadcastAnswer {}
}
