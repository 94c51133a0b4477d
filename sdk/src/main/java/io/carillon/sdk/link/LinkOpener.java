package io.carillon.sdk.link;

/** Opens links; called on the thread whose links it opens. */
public interface LinkOpener {
    /** Begins to connect. The listener is told the outcome, never before this returns. */
    Link open(Endpoint endpoint, LinkListener listener);
}
