package io.carillon.room.ban;

import io.carillon.runtime.digest.Sha256;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bans in flat arrays: open addressing with linear probing over 128 bits of SHA-256 of (app, user), so that a name costs
 * no object and a collision need not be thought of; at most two slots in three are used. Reasons are kept once each.
 *
 * <p>Any thread may ask; one thread changes it. What reads without the lock is called by that one thread only.
 */
final class BanTable {
    /** Further distinct ones are told as an empty text. */
    private static final int REASONS_MAX = 10_000;

    private static final int SLOTS_MIN = 16;

    private final int max;
    private final List<String> reasons = new ArrayList<>();
    private final Map<String, Integer> reasonIndexes = new HashMap<>();
    private long[] high = new long[SLOTS_MIN];
    private long[] low = new long[SLOTS_MIN];
    /** 0: the slot is free. */
    private long[] untilMs = new long[SLOTS_MIN];

    private int[] reason = new int[SLOTS_MIN];
    private int size;

    /** A table of at most {@code max}. */
    BanTable(int max) {
        this.max = max;
        reasonIndex("");
    }

    /** 128 bits that name a user. */
    record Key(long high, long low) {
        static Key of(String app, String user) {
            MessageDigest digest = Sha256.begin();
            byte[] appBytes = app.getBytes(StandardCharsets.UTF_8);
            // The length before it: no two pairs read the same.
            digest.update((byte) appBytes.length);
            digest.update(appBytes);
            ByteBuffer bits = ByteBuffer.wrap(digest.digest(user.getBytes(StandardCharsets.UTF_8)));
            return new Key(bits.getLong(), bits.getLong());
        }
    }

    synchronized int size() {
        return size;
    }

    /** Why the user is banned at that time; null: it is not. */
    synchronized @Nullable String reason(Key key, long nowMs) {
        int slot = slotOf(key);
        return untilMs[slot] > nowMs ? reasons.get(reason[slot]) : null;
    }

    /** Sets or changes a ban; false where the table is full. */
    synchronized boolean put(Key key, long untilTimeMs, String why) {
        int slot = slotOf(key);
        if (untilMs[slot] == 0) {
            if (size >= max) {
                return false;
            }
            size++;
            if (size * 3L > untilMs.length * 2L) {
                resize(untilMs.length * 2);
                slot = slotOf(key);
            }
        }
        set(slot, key.high, key.low, untilTimeMs, reasonIndex(why));
        return true;
    }

    synchronized void remove(Key key) {
        int slot = slotOf(key);
        if (untilMs[slot] == 0) {
            return;
        }
        size--;
        untilMs[slot] = 0;
        // Those behind it that lie where they do only because it was there move up.
        int mask = untilMs.length - 1;
        for (int next = (slot + 1) & mask; untilMs[next] != 0; next = (next + 1) & mask) {
            int home = (int) high[next] & mask;
            if (((next - home) & mask) >= ((next - slot) & mask)) {
                set(slot, high[next], low[next], untilMs[next], reason[next]);
                untilMs[next] = 0;
                slot = next;
            }
        }
    }

    /** Without those that are over; this one itself where there are none. */
    BanTable withoutEnded(long nowMs) {
        int live = 0;
        for (long until : untilMs) {
            live += until > nowMs ? 1 : 0;
        }
        if (live == size) {
            return this;
        }
        BanTable rest = new BanTable(max);
        for (int slot = 0; slot < untilMs.length; slot++) {
            if (untilMs[slot] > nowMs) {
                rest.put(new Key(high[slot], low[slot]), untilMs[slot], reasons.get(reason[slot]));
            }
        }
        return rest;
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(reasons.size());
        for (String text : reasons) {
            out.writeUTF(text);
        }
        out.writeInt(size);
        for (int slot = 0; slot < untilMs.length; slot++) {
            if (untilMs[slot] != 0) {
                out.writeLong(high[slot]);
                out.writeLong(low[slot]);
                out.writeLong(untilMs[slot]);
                out.writeInt(reason[slot]);
            }
        }
    }

    static BanTable read(DataInput in, int max) throws IOException {
        BanTable table = new BanTable(max);
        List<String> texts = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            texts.add(in.readUTF());
        }
        for (int left = in.readInt(); left > 0; left--) {
            Key key = new Key(in.readLong(), in.readLong());
            long until = in.readLong();
            int text = in.readInt();
            if (until == 0 || text < 0 || text >= texts.size()) {
                throw new IOException("a ban until " + until + " with reason " + text + " of " + texts.size());
            }
            table.put(key, until, texts.get(text));
        }
        return table;
    }

    /** Where the key is, or the free slot where it would be. */
    private int slotOf(Key key) {
        int mask = untilMs.length - 1;
        int slot = (int) key.high & mask;
        while (untilMs[slot] != 0 && (high[slot] != key.high || low[slot] != key.low)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void set(int slot, long highBits, long lowBits, long untilTimeMs, int reasonAt) {
        high[slot] = highBits;
        low[slot] = lowBits;
        untilMs[slot] = untilTimeMs;
        reason[slot] = reasonAt;
    }

    private void resize(int slots) {
        long[] oldHigh = high;
        long[] oldLow = low;
        long[] oldUntilMs = untilMs;
        int[] oldReason = reason;
        high = new long[slots];
        low = new long[slots];
        untilMs = new long[slots];
        reason = new int[slots];
        for (int slot = 0; slot < oldUntilMs.length; slot++) {
            if (oldUntilMs[slot] != 0) {
                set(
                        slotOf(new Key(oldHigh[slot], oldLow[slot])),
                        oldHigh[slot],
                        oldLow[slot],
                        oldUntilMs[slot],
                        oldReason[slot]);
            }
        }
    }

    private int reasonIndex(String text) {
        Integer known = reasonIndexes.get(text);
        if (known != null) {
            return known;
        }
        if (reasons.size() >= REASONS_MAX) {
            return 0;
        }
        reasonIndexes.put(text, reasons.size());
        reasons.add(text);
        return reasons.size() - 1;
    }
}
