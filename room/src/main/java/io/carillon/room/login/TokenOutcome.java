package io.carillon.room.login;

import io.carillon.contract.App;
import io.carillon.protocol.ProtocolCode;

/** What a token turned out to be. */
public sealed interface TokenOutcome {
    /** Genuine, current, and for this room. */
    record Accepted(App app, String user) implements TokenOutcome {}

    /** {@code text} names what is wrong, and never a part of a key or a signature. */
    record Refused(ProtocolCode code, String text) implements TokenOutcome {}
}
