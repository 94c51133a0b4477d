package io.carillon.room.ban;

/**
 * Which users bans came for, roughly: a set of bits that holds every one of them and, while they are few, hardly any
 * other. Filled by one thread, then handed on and only read.
 */
final class BanMarks {
    private static final int BITS = 1 << 16;

    private final long[] bits = new long[BITS / Long.SIZE];
    private boolean empty = true;

    void add(String app, String user) {
        int bit = bit(app, user);
        bits[bit / Long.SIZE] |= 1L << bit;
        empty = false;
    }

    boolean isEmpty() {
        return empty;
    }

    boolean mayHold(String app, String user) {
        int bit = bit(app, user);
        return (bits[bit / Long.SIZE] & (1L << bit)) != 0;
    }

    /** Strings remember their hash codes, so that a walk over bindings computes next to nothing. */
    private static int bit(String app, String user) {
        int mixed = (31 * app.hashCode() + user.hashCode()) * 0x9E3779B1;
        return mixed >>> 16;
    }
}
