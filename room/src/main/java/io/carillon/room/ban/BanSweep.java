package io.carillon.room.ban;

import io.carillon.room.connection.ConnectionLoop;
import io.carillon.room.login.Bans;
import java.util.List;

/**
 * Ends the live sessions of users for whom bans came: a walk over the connections of every loop, in slices, so that
 * deliveries go between. A login asks the list in the turn of its loop in which the binding comes to be, so that each
 * binding meets the list then, or is there when a walk that starts later passes.
 */
public final class BanSweep {
    private static final int SLOTS_PER_TURN = 512;

    private final List<ConnectionLoop> loops;

    public BanSweep(List<ConnectionLoop> loops) {
        this.loops = List.copyOf(loops);
    }

    /** Begins a walk and returns. Any thread. */
    void start(Bans bans) {
        for (ConnectionLoop loop : loops) {
            loop.loop().execute(() -> walk(loop, bans, 0));
        }
    }

    private static void walk(ConnectionLoop loop, Bans bans, int from) {
        int next = loop.sessions(from, SLOTS_PER_TURN, session -> session.endBanned(bans));
        if (next >= 0) {
            loop.loop().execute(() -> walk(loop, bans, next));
        }
    }
}
