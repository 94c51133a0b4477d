package io.carillon.saver.layout;

import java.util.Locale;

/** Why a message is no longer offered. The numbers are those of common.lua. */
public enum Fate {
    ACKED(1),
    EXPIRED(2),
    COLLAPSED(3),
    OVERFLOWED(4),
    PARKED(5),
    REFUSED(6),
    RECALLED(7),
    FORGOTTEN(8);

    private final int number;

    Fate(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** As events and metrics name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** False for what stays in its mailbox. */
    public boolean leaves() {
        return this != PARKED;
    }

    /** @throws IllegalArgumentException for a number that this release does not know */
    public static Fate of(int number) {
        for (Fate fate : values()) {
            if (fate.number == number) {
                return fate;
            }
        }
        throw new IllegalArgumentException("fate: " + number + " (expected: 1 to " + values().length + ")");
    }
}
