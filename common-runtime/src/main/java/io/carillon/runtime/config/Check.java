package io.carillon.runtime.config;

/** Checks for the compact constructors of configuration records; messages name the key and the expectation. */
public final class Check {
    private Check() {}

    public static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + min + " to " + max + ")");
        }
    }

    public static void range(String name, ByteSize value, long minBytes, long maxBytes) {
        if (value.bytes() < minBytes || value.bytes() > maxBytes) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + new ByteSize(minBytes) + " to "
                    + new ByteSize(maxBytes) + ")");
        }
    }

    public static void that(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
