package io.carillon.sdk.heartbeat;

/** What an app wants of its connection when nobody looks at it. */
public enum HeartbeatProfile {
    /** As few beats as the network allows. */
    ADAPTIVE,
    /** A dead connection is noticed within about a minute: a beat after 60 idle seconds, answered within 5. Costs battery. */
    FAST
}
