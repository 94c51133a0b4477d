package io.carillon.sdk;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When the notices of a binding have their turn, and which of them are held until then. Confined to its client's thread.
 *
 * <p>The moment of a notice is made of the device and the message, without memory: it is the same when the notice is put
 * off and comes again, also after a restart, and it is spread evenly over devices and over messages.
 *
 * <p>What is held takes a place in the room's window, and the room wonders about a message that is not acknowledged for
 * half a minute. So a notice is held for {@link #HOLD_MS_MAX} at most, and no more than a quarter of the window at once;
 * all others stay in the mailbox until shortly before their moment.
 */
final class NoticeWaits {
    static final long HOLD_MS_MAX = 20_000;

    /** What was put off comes again so much before its moment, for the way takes time, and the rest is held. */
    private static final long EARLY_MS = 5_000;

    /** No message lives longer. */
    private static final long PUT_OFF_MS_MAX = TimeUnit.DAYS.toMillis(28);

    private static final int WINDOW_SHARE = 4;

    private final ClientPorts ports;
    private final LongSupplier serverMs;
    private final long deviceBits;
    private final int heldMax;
    private int held;

    /**
     * Waits for one binding.
     *
     * @param serverMs the server's clock, milliseconds since 1970
     * @param window messages that the room sends before it wants an acknowledgement
     */
    NoticeWaits(ClientPorts ports, LongSupplier serverMs, String deviceId, int window) {
        this.ports = ports;
        this.serverMs = serverMs;
        this.deviceBits = deviceId.hashCode();
        this.heldMax = Math.max(1, window / WINDOW_SHARE);
    }

    /** How long a message has to wait; 0: it is no notice, or has its turn now. */
    long waitMs(Message message) {
        Message.Notice notice = message.notice();
        return notice == null ? 0 : Math.max(0, momentMs(notice, message.id()) - serverMs.getAsLong());
    }

    private long momentMs(Message.Notice notice, MessageId id) {
        double share = (mixed(deviceBits ^ mixed(id.bits())) >>> 11) * 0x1.0p-53;
        return notice.notBeforeMs()
                + (long) (share * TimeUnit.SECONDS.toMillis(Integer.toUnsignedLong(notice.spreadSeconds())));
    }

    /** The finalizer of SplitMix64: ids that differ in a bit come out as far from each other as any. */
    private static long mixed(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** Runs {@code then} after the wait; false where the notice has to be put off instead. */
    boolean hold(long waitMs, Runnable then) {
        if (waitMs > HOLD_MS_MAX || held >= heldMax) {
            return false;
        }
        held++;
        ports.after(waitMs, () -> {
            held--;
            then.run();
        });
        return true;
    }

    /** Runs {@code then} after a wait that takes nothing of the window. */
    void after(long waitMs, Runnable then) {
        ports.after(waitMs, then);
    }

    /** For how long a notice that is not held is put off, seconds. */
    static int putOffSeconds(long waitMs) {
        long ms = Math.min(PUT_OFF_MS_MAX, waitMs - EARLY_MS);
        return (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(ms));
    }
}
