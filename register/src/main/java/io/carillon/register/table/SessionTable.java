package io.carillon.register.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The sessions of one bucket, as bytes.
 *
 * <p>Structure: {@code slots} is an open-addressed table with linear probing; a slot holds 32 bits of the key's hash and
 * the record's offset + 1 in {@code slab}, 0 where it is free. A home slot is {@code hash * capacity >>> 32} (Lemire's
 * range reduction), so that the capacity can be any number and grows by a third instead of doubling. Removal shifts the
 * followers back (Knuth, algorithm R), so there are no tombstones. A removed record leaves garbage in the slab; the slab
 * is rewritten when it is full or a quarter of it is garbage.
 *
 * <p>A record is 23 bytes and the two strings in UTF-8:
 *
 * <pre>
 * 0  connection id   8     16  room life  2     20  flags: network, mark  1     22  length of device id  1
 * 8  version         8     18  app        2     21  length of user        1     23  user, device id
 * </pre>
 *
 * <p>Cost at rest: 8 bytes a slot at 60 to 80 % load, and up to an eighth of slack in the slab. A position (what
 * {@link #find} returns) is valid until the next insert or remove.
 *
 * <p>Not thread-safe: every call is made under this object's monitor.
 */
public final class SessionTable {
    /** The longest user and the longest device id in UTF-8; a length is stored in a byte. */
    public static final int STRING_BYTES_MAX = 255;

    /** The highest number of an app and of a room life. */
    public static final int ID_MAX = 0xFFFF;

    /** What {@link #find} and {@link #next} return where there is nothing. */
    public static final int NONE = -1;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());

    private static final int VERSION = 8;
    private static final int ROOM = 16;
    private static final int APP = 18;
    private static final int FLAGS = 20;
    private static final int USER_LENGTH = 21;
    private static final int DEVICE_LENGTH = 22;
    private static final int HEADER_BYTES = 23;
    private static final int MARK = 0x80;
    private static final int NETWORK_MASK = 0x0F;
    private static final int SLOTS_MIN = 4;
    private static final long[] NO_SLOTS = new long[0];
    private static final byte[] NO_BYTES = new byte[0];

    private long[] slots = NO_SLOTS;
    private byte[] slab = NO_BYTES;
    private int size;
    private int slabUsed;
    private int slabGarbage;

    public int size() {
        return size;
    }

    /** The position of a key, or {@link #NONE}. */
    public int find(int hash, int app, byte[] user) {
        if (size == 0) {
            return NONE;
        }
        int slot = home(hash);
        while (slots[slot] != 0) {
            if ((int) (slots[slot] >>> 32) == hash && matches(record(slot), app, user)) {
                return slot;
            }
            slot = follower(slot);
        }
        return NONE;
    }

    /** The first used position after {@code position}, which is {@link #NONE} at the start; NONE at the end. */
    public int next(int position) {
        for (int slot = position + 1; slot < slots.length; slot++) {
            if (slots[slot] != 0) {
                return slot;
            }
        }
        return NONE;
    }

    /**
     * Adds a session whose key is not there.
     *
     * @param user at most {@link #STRING_BYTES_MAX} bytes, as {@code device}
     * @param room 0 to {@link #ID_MAX}, as {@code app}
     * @param network 0 to 15
     */
    public void insert(
            int hash, int app, byte[] user, int room, long connectionId, long version, int network, byte[] device) {
        int bytes = HEADER_BYTES + user.length + device.length;
        if (slabUsed + bytes > slab.length) {
            rewriteSlab(bytes);
        }
        if ((size + 1) * 5L > slots.length * 4L) {
            rewriteSlots(Math.max(SLOTS_MIN, (int) ((size + 1) * 5L / 3)));
        }
        int at = slabUsed;
        slabUsed += bytes;
        SHORT.set(slab, at + APP, (short) app);
        slab[at + USER_LENGTH] = (byte) user.length;
        slab[at + DEVICE_LENGTH] = (byte) device.length;
        System.arraycopy(user, 0, slab, at + HEADER_BYTES, user.length);
        System.arraycopy(device, 0, slab, at + HEADER_BYTES + user.length, device.length);
        LONG.set(slab, at, connectionId);
        LONG.set(slab, at + VERSION, version);
        SHORT.set(slab, at + ROOM, (short) room);
        slab[at + FLAGS] = (byte) (network & NETWORK_MASK);
        place(slots, ((long) hash << 32) | (at + 1));
        size++;
    }

    /** Removes what is at a position. What followed may now be at that position. */
    public void remove(int position) {
        int at = record(position);
        slabGarbage += HEADER_BYTES + userLength(at) + deviceLength(at);
        size--;
        closeGap(position);
        if (size == 0) {
            clear();
        }
    }

    /**
     * Gives back what removals left, where it is a quarter or more. Positions are void afterwards; called once after a
     * series of removals.
     */
    public void trim() {
        if (slabGarbage > 256 && slabGarbage * 4L > slabUsed) {
            rewriteSlab(0);
        }
        if (slots.length > SLOTS_MIN && size * 10L < slots.length * 3L) {
            rewriteSlots(Math.max(SLOTS_MIN, (int) (size * 5L / 3)));
        }
    }

    /** Removes everything. */
    public void clear() {
        slots = NO_SLOTS;
        slab = NO_BYTES;
        size = 0;
        slabUsed = 0;
        slabGarbage = 0;
    }

    public long connectionId(int position) {
        return (long) LONG.get(slab, record(position));
    }

    public long version(int position) {
        return (long) LONG.get(slab, record(position) + VERSION);
    }

    public int room(int position) {
        return (short) SHORT.get(slab, record(position) + ROOM) & ID_MAX;
    }

    public int app(int position) {
        return (short) SHORT.get(slab, record(position) + APP) & ID_MAX;
    }

    public int network(int position) {
        return slab[record(position) + FLAGS] & NETWORK_MASK;
    }

    public boolean marked(int position) {
        return (slab[record(position) + FLAGS] & MARK) != 0;
    }

    /** The mark is free for the caller's use; a login that is written anew has none. */
    public void mark(int position, boolean on) {
        int at = record(position) + FLAGS;
        slab[at] = (byte) (on ? slab[at] | MARK : slab[at] & ~MARK);
    }

    public String user(int position) {
        int at = record(position);
        return new String(slab, at + HEADER_BYTES, userLength(at), StandardCharsets.UTF_8);
    }

    public String device(int position) {
        int at = record(position);
        return new String(slab, at + HEADER_BYTES + userLength(at), deviceLength(at), StandardCharsets.UTF_8);
    }

    public boolean deviceIs(int position, byte[] device) {
        int at = record(position);
        int from = at + HEADER_BYTES + userLength(at);
        return Arrays.equals(slab, from, from + deviceLength(at), device, 0, device.length);
    }

    /** Bytes that the arrays hold, without the objects' own headers. */
    public long bytes() {
        return slots.length * 8L + slab.length;
    }

    private int record(int slot) {
        return (int) slots[slot] - 1;
    }

    private boolean matches(int at, int app, byte[] user) {
        return ((short) SHORT.get(slab, at + APP) & ID_MAX) == app
                && Arrays.equals(slab, at + HEADER_BYTES, at + HEADER_BYTES + userLength(at), user, 0, user.length);
    }

    private int userLength(int at) {
        return slab[at + USER_LENGTH] & 0xFF;
    }

    private int deviceLength(int at) {
        return slab[at + DEVICE_LENGTH] & 0xFF;
    }

    private int home(int hash) {
        return home(hash, slots.length);
    }

    private static int home(int hash, int capacity) {
        return (int) (((hash & 0xFFFF_FFFFL) * capacity) >>> 32);
    }

    private int follower(int slot) {
        return slot + 1 == slots.length ? 0 : slot + 1;
    }

    private static void place(long[] into, long entry) {
        int slot = home((int) (entry >>> 32), into.length);
        while (into[slot] != 0) {
            slot = slot + 1 == into.length ? 0 : slot + 1;
        }
        into[slot] = entry;
    }

    private void closeGap(int removed) {
        int gap = removed;
        int slot = follower(gap);
        while (slots[slot] != 0) {
            int home = home((int) (slots[slot] >>> 32));
            boolean staysBehindGap = gap <= slot ? (gap < home && home <= slot) : (gap < home || home <= slot);
            if (!staysBehindGap) {
                slots[gap] = slots[slot];
                gap = slot;
            }
            slot = follower(slot);
        }
        slots[gap] = 0;
    }

    private void rewriteSlots(int capacity) {
        long[] wider = new long[capacity];
        for (long entry : slots) {
            if (entry != 0) {
                place(wider, entry);
            }
        }
        slots = wider;
    }

    private void rewriteSlab(int more) {
        int live = slabUsed - slabGarbage + more;
        byte[] fresh = new byte[Math.addExact(live, live / 8)];
        int used = 0;
        for (int slot = 0; slot < slots.length; slot++) {
            if (slots[slot] == 0) {
                continue;
            }
            int at = record(slot);
            int bytes = HEADER_BYTES + userLength(at) + deviceLength(at);
            System.arraycopy(slab, at, fresh, used, bytes);
            slots[slot] = (slots[slot] & 0xFFFF_FFFF_0000_0000L) | (used + 1);
            used += bytes;
        }
        slab = fresh;
        slabUsed = used;
        slabGarbage = 0;
    }
}
