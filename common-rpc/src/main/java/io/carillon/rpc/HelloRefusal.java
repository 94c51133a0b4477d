package io.carillon.rpc;

import java.util.Locale;

/** Why a hello came to nothing. */
public enum HelloRefusal {
    /** The proof was made with another secret. */
    WRONG_SECRET(1, "the shared secret differs from ours"),
    /** No version that both speak. */
    VERSION(2, "no protocol version in common"),
    /** What came is not this protocol. */
    GARBAGE(3, "what it sent is not a hello"),
    /** Nothing, or too little, came in time. */
    TIMEOUT(4, "the hello did not finish in time"),
    /** Too many connections are at their hello. */
    TOO_MANY(5, "too many connections are at their hello");

    private final int wire;
    private final String sentence;

    HelloRefusal(int wire, String sentence) {
        this.wire = wire;
        this.sentence = sentence;
    }

    int wire() {
        return wire;
    }

    String sentence() {
        return sentence;
    }

    /** For metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static HelloRefusal of(int wire) {
        for (HelloRefusal refusal : values()) {
            if (refusal.wire == wire) {
                return refusal;
            }
        }
        return GARBAGE;
    }
}
