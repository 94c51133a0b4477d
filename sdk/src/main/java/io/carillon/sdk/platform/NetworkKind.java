package io.carillon.sdk.platform;

/** What carries the traffic; time-outs and races depend on it. */
public enum NetworkKind {
    /** A wireless LAN. */
    WIFI,
    /** A mobile operator's network. */
    CELLULAR,
    /** A cable, or a network of a kind that can't be told. */
    WIRED
}
