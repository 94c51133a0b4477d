package io.carillon.room.session;

import io.carillon.protocol.ProtocolCode;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is watched of a connection after login: silence (1.5 times the interval that the client announced, plus a grace), a
 * reader that takes nothing, a message without an ack (the room asks with PING; a client that answers it is stuck above
 * the socket, and is sent nothing until its next ack, or for the pause time), and a connection without bindings.
 * Event-loop confined.
 *
 * <p>Times are checked when the wheel calls; no timer is set or cleared for a frame. It is the half of
 * {@link ClientSession} that knows the time, and no object of its own, since there are a million of them.
 */
abstract sealed class SessionWatch implements Phase permits ClientSession {
    private static final long NEVER = Long.MAX_VALUE;
    /** An interval that is shorter by less than an eighth is seen when the old one is over. */
    private static final int EIGHTH = 8;

    final SessionLoop shared;
    final SessionOutput output;
    final BindingTable bindings = new BindingTable();
    boolean closed;
    /** The last binding went to another connection of the same device. */
    boolean moved;

    private int intervalSeconds;
    private long heardNs;
    private long probeSentNs = NEVER;
    /** Messages written up to then were asked about already, milliseconds since 1970. */
    private long probedUpToMs;

    private long lastAckAtMs;
    /** NEVER: not paused. */
    private long pausedSinceNs = NEVER;

    private long unwritableSinceNs = NEVER;
    private long withoutBindingsSinceNs = NEVER;
    /** Null: it had a binding, and is counted among the visitors no more. */
    private @Nullable Visitor visitor;

    /** @param startSeconds the interval until the client announces one */
    SessionWatch(SessionLoop shared, SessionOutput output, Visitor visitor, int startSeconds) {
        this.shared = shared;
        this.output = output;
        this.visitor = visitor;
        this.heardNs = shared.loop().nowNs();
        this.intervalSeconds = startSeconds;
    }

    /** The window or the socket may have opened. */
    abstract void mayHaveOpened();

    /** True until it had a binding: whoever only says hello is still held to a visitor's bounds. */
    @Override
    public boolean isVisitor() {
        return visitor != null;
    }

    /** When the client sent anything last, milliseconds since 1970. */
    public long heardAtMs() {
        long agoNs = shared.loop().nowNs() - heardNs;
        return shared.loop().wallMs() - TimeUnit.NANOSECONDS.toMillis(agoNs);
    }

    /** A frame came; returns how long nothing had. */
    final long heard() {
        long nowNs = shared.loop().nowNs();
        long idleNs = nowNs - heardNs;
        heardNs = nowNs;
        onHeard();
        return idleNs;
    }

    final boolean paused() {
        return pausedSinceNs != NEVER;
    }

    final void acked() {
        lastAckAtMs = shared.loop().wallMs();
        pausedSinceNs = NEVER;
    }

    /** The connection is over. */
    final void leave() {
        closed = true;
        if (visitor != null) {
            visitor.left();
            visitor = null;
        }
    }

    /**
     * The client announced an interval. The wheel is entered only where it is much shorter: otherwise the entry that is
     * there comes early or little too late, finds whether the client was heard, and enters itself again. A client that
     * announces ever shorter ones can't fill the wheel with entries.
     *
     * @param seconds 0 keeps the interval. One above the room's range is taken as its end
     */
    final void announced(int seconds) {
        int before = intervalSeconds;
        planInterval(seconds);
        if (intervalSeconds < before - before / EIGHTH) {
            output.callAt(idleDeadlineNs());
        }
    }

    @Override
    public void onTime(long nowNs) {
        if (closed) {
            return;
        }
        SessionLimits limits = shared.limits();
        if (nowNs >= idleDeadlineNs()) {
            output.fail(ProtocolCode.IDLE_TIMEOUT, "nothing was received for too long");
        } else if (after(unwritableSinceNs, limits.slowReaderTimeout().toNanos()) <= nowNs) {
            output.fail(ProtocolCode.SLOW_READER, "nothing was read for too long");
        } else if (after(probeSentNs, limits.probeTimeout().toNanos()) <= nowNs) {
            output.fail(ProtocolCode.UNRESPONSIVE, "neither an ack nor a PONG in time");
        } else if (moved && withoutBindingsDeadlineNs() <= nowNs) {
            output.close(CloseReason.MOVED);
        } else if (withoutBindingsDeadlineNs() <= nowNs) {
            output.fail(ProtocolCode.NO_BINDINGS, "no binding in time");
        } else {
            if (after(pausedSinceNs, limits.pauseTime().toNanos()) <= nowNs) {
                pausedSinceNs = NEVER;
                mayHaveOpened();
            }
            if (unansweredDeadlineNs(nowNs) <= nowNs) {
                probeSentNs = nowNs;
                probedUpToMs = shared.loop().wallMs();
                output.sendPing();
            }
            callAgain(nowNs);
        }
    }

    final void callAgain(long nowNs) {
        SessionLimits limits = shared.limits();
        long deadline = Math.min(idleDeadlineNs(), unansweredDeadlineNs(nowNs));
        deadline = Math.min(
                deadline, after(unwritableSinceNs, limits.slowReaderTimeout().toNanos()));
        deadline = Math.min(deadline, after(pausedSinceNs, limits.pauseTime().toNanos()));
        deadline = Math.min(deadline, after(probeSentNs, limits.probeTimeout().toNanos()));
        deadline = Math.min(deadline, withoutBindingsDeadlineNs());
        output.callAt(deadline);
    }

    /** Also of a client that moved: it says goodbye itself, and may not have read the answer to its new login yet. */
    private long withoutBindingsDeadlineNs() {
        return after(withoutBindingsSinceNs, shared.limits().noBindingsTimeout().toNanos());
    }

    private static long after(long sinceNs, long timeNs) {
        return sinceNs == NEVER ? NEVER : sinceNs + timeNs;
    }

    private long idleDeadlineNs() {
        SessionLimits limits = shared.limits();
        return heardNs
                + TimeUnit.SECONDS.toNanos(intervalSeconds) * 3 / 2
                + limits.heartbeatGrace().toNanos();
    }

    /** When the oldest message in flight that was not asked about has waited too long. */
    private long unansweredDeadlineNs(long nowNs) {
        if (probeSentNs != NEVER) {
            return NEVER;
        }
        long oldestMs = bindings.oldestWrittenAfterMs(probedUpToMs);
        if (oldestMs == NEVER) {
            return NEVER;
        }
        long waitedMs = shared.loop().wallMs() - oldestMs;
        long leftMs = shared.limits().unansweredTime().toMillis() - waitedMs;
        return nowNs + TimeUnit.MILLISECONDS.toNanos(leftMs);
    }

    /** A message is in flight on a binding that had none. */
    public void onFirstInFlight() {
        output.callAt(shared.loop().nowNs() + shared.limits().unansweredTime().toNanos());
    }

    @Override
    public void onWritable(boolean writable) {
        if (writable) {
            unwritableSinceNs = NEVER;
            mayHaveOpened();
        } else if (unwritableSinceNs == NEVER) {
            unwritableSinceNs = shared.loop().nowNs();
            output.callAt(
                    after(unwritableSinceNs, shared.limits().slowReaderTimeout().toNanos()));
        }
    }

    /**
     * Any frame answers a PING of the room. A client that answers, but acknowledged nothing for all that time, is stuck
     * above its socket: it is sent nothing more for a while.
     */
    private void onHeard() {
        if (probeSentNs == NEVER) {
            return;
        }
        probeSentNs = NEVER;
        if (shared.loop().wallMs() - lastAckAtMs
                >= shared.limits().unansweredTime().toMillis()) {
            pausedSinceNs = heardNs;
            output.callAt(heardNs + shared.limits().pauseTime().toNanos());
        }
    }

    final void planInterval(int seconds) {
        if (seconds > 0) {
            intervalSeconds =
                    (int) Math.min(seconds, shared.limits().heartbeatMax().toSeconds());
        }
    }

    final void noteBindings() {
        if (!bindings.isEmpty()) {
            withoutBindingsSinceNs = NEVER;
            if (visitor != null) {
                visitor.loggedIn();
                visitor = null;
            }
        } else if (withoutBindingsSinceNs == NEVER) {
            withoutBindingsSinceNs = shared.loop().nowNs();
        }
    }
}
