package io.carillon.room.connection;

/**
 * Names a connection of this life of the room: 8 bits of loop, 32 of slot, 24 of the slot's generation. A delivery finds
 * its connection by two array indexes, and a late one finds that the generation has moved on.
 */
public final class ConnectionId {
    static final int GENERATION_MASK = 0xFF_FFFF;

    private ConnectionId() {}

    static long of(int loop, int slot, int generation) {
        return ((long) loop << 56) | ((slot & 0xFFFF_FFFFL) << 24) | (generation & GENERATION_MASK);
    }

    public static int loop(long id) {
        return (int) (id >>> 56);
    }

    static int slot(long id) {
        return (int) (id >>> 24);
    }

    static int generation(long id) {
        return (int) id & GENERATION_MASK;
    }
}
