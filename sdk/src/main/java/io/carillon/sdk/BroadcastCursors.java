package io.carillon.sdk;

import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.sdk.store.ClientStore;
import io.carillon.sdk.store.DamagedValueException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a binding has had of its app's broadcasts: a floor, and the exact ones above it. Confined to its client's thread;
 * kept in the store, and written anew when it changed, at most one write at a time.
 *
 * <p>The room says how far the floor may rise, since only it knows what there is; but a broadcast that came and is not
 * handled yet ("open") keeps the floor below it, so that it comes again after a restart. A store that fails is asked
 * again; what it has missed by then comes a second time and is known by its message id.
 *
 * <p>A store that can't be read is not an empty one. Until the read succeeds the cursor is <i>unread</i>: a login claims
 * nothing, the floors that the room tells are held against a login that claimed nothing and are not taken, and nothing is
 * written over what the store may have. A value that is damaged for good is floor 0: all that lives is asked for again,
 * and what was had of it is known by its message id.
 */
final class BroadcastCursors {
    /** Exact ones above the floor; beyond it all up to the oldest of them count as had, but never one that is open. */
    static final int SEEN_MAX = 1024;

    private static final int VERSION = 1;
    private static final long RETRY_MS = 5_000;
    private static final long UNKNOWN = -1;

    private final ClientPorts ports;
    private final String key;
    private final TreeSet<Long> seen = new TreeSet<>();
    private final TreeSet<Long> open = new TreeSet<>();
    private long floor = UNKNOWN;
    /** As far as the rooms said. */
    private long roomFloor = UNKNOWN;

    /** The store could not be read yet. */
    private boolean unread;

    private boolean writing;
    private boolean changed;

    BroadcastCursors(ClientPorts ports, String key) {
        this.ports = ports;
        this.key = key;
    }

    /** What a read of the store came to. */
    static final class Stored {
        /** It can't be read now. */
        static final Stored FAILED = new Stored(false, null);

        private static final Stored DAMAGED = new Stored(true, new byte[0]);

        final boolean read;
        private final byte @Nullable [] value;

        private Stored(boolean read, byte @Nullable [] value) {
            this.read = read;
            this.value = value;
        }
    }

    /** Reads what the store has; on a background thread. */
    static Stored load(ClientStore store, String key) {
        try {
            return new Stored(true, store.load(key));
        } catch (DamagedValueException e) {
            return Stored.DAMAGED;
        } catch (IOException | RuntimeException e) {
            return Stored.FAILED;
        }
    }

    /**
     * Takes what was read; a read that failed may be followed by another.
     *
     * @return whether a login since then has claimed less than is known now
     */
    boolean restore(Stored stored) {
        boolean late = unread;
        unread = !stored.read;
        if (unread) {
            return false;
        }
        byte[] value = stored.value;
        if (value != null) {
            floor = 0;
            roomFloor = 0;
            parse(value);
        }
        if (late) {
            settle(true);
        }
        return late && value != null;
    }

    /** Whether the store could not be read yet. */
    boolean unread() {
        return unread;
    }

    private void parse(byte[] value) {
        if (value.length < 9 || value.length % 8 != 1 || value[0] != VERSION) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(value, 1, value.length - 1);
        floor = in.getLong();
        roomFloor = floor;
        while (in.hasRemaining()) {
            seen.add(in.getLong());
        }
    }

    /**
     * What a login tells the room; null: nothing is known yet.
     *
     * @param seenMax exact ones at most, the newest; the others come again and are dropped here
     */
    @Nullable
    BroadcastCursor wire(int seenMax) {
        if (unread || floor == UNKNOWN) {
            return null;
        }
        BroadcastCursor.Builder cursor = BroadcastCursor.newBuilder().setFloor(floor);
        for (long bseq : seen.descendingSet()) {
            if (cursor.getSeenAboveCount() < seenMax) {
                cursor.addSeenAbove(bseq);
            }
        }
        return cursor.build();
    }

    boolean has(long bseq) {
        return bseq <= floor || seen.contains(bseq);
    }

    /** It came, and is not handled yet. */
    void opened(long bseq) {
        open.add(bseq);
    }

    /** It is handled, or refused. */
    void done(long bseq) {
        open.remove(bseq);
        if (bseq > floor) {
            seen.add(bseq);
        }
        settle(true);
    }

    /** The room's word, with a PUSH or a CURSOR: there is nothing more to come up to there. */
    void onFloor(long newFloor) {
        if (newFloor > roomFloor) {
            roomFloor = newFloor;
            settle(false);
        }
    }

    private void settle(boolean news) {
        if (unread) {
            if (seen.size() > SEEN_MAX) {
                // Comes again some time, and is known by its id then.
                seen.pollFirst();
            }
            return;
        }
        long before = floor;
        while (seen.size() > SEEN_MAX) {
            roomFloor = Math.max(roomFloor, seen.first());
            if (below(roomFloor) < seen.first()) {
                // Kept open by one that is lower: this one may come again, and is known by its id then.
                seen.pollFirst();
            } else {
                floor = Math.max(floor, below(roomFloor));
                seen.headSet(floor, true).clear();
            }
        }
        floor = Math.max(floor, below(roomFloor));
        seen.headSet(floor, true).clear();
        if (news || floor != before) {
            save();
        }
    }

    /** The highest floor up to {@code wanted} that leaves what is open above it. */
    private long below(long wanted) {
        return open.isEmpty() ? wanted : Math.min(wanted, open.first() - 1);
    }

    private void save() {
        changed = true;
        if (!writing) {
            write();
        }
    }

    private void write() {
        byte[] value = bytes();
        changed = false;
        writing = true;
        if (!ports.store.blocking()) {
            onWritten(save(value));
            return;
        }
        try {
            ports.background.execute(() -> {
                boolean written = save(value);
                ports.thread.execute(() -> onWritten(written));
            });
        } catch (RejectedExecutionException e) {
            // The runtime is closed.
            writing = false;
        }
    }

    private boolean save(byte[] value) {
        try {
            ports.store.save(key, value);
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private void onWritten(boolean written) {
        if (!written) {
            ports.timers.schedule(() -> ports.thread.execute(this::write), TimeUnit.MILLISECONDS.toNanos(RETRY_MS));
            return;
        }
        writing = false;
        if (changed) {
            write();
        }
    }

    private byte[] bytes() {
        ByteBuffer out = ByteBuffer.allocate(9 + 8 * seen.size());
        out.put((byte) VERSION).putLong(floor);
        for (long bseq : seen) {
            out.putLong(bseq);
        }
        return out.array();
    }
}
