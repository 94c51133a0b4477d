package io.carillon.sdk;

import com.google.protobuf.ByteString;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.sdk.UplinkException.Reason;
import io.carillon.sdk.wire.Frames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the room's confirmation, in the order it was given. An uplink keeps its id in every repeat, so that the
 * business gets it once. A user's are sent in their order: while one waits to be repeated, those behind it wait too.
 * Confined to its client's thread.
 */
final class Uplinks {
    private static final int IN_FLIGHT_MAX = 16;
    private static final long BYTES_MAX = 4L << 20;

    /** A retryable refusal without a time. */
    private static final long RETRY_MS = 1_000;

    private static final int RETRYABLE_CODES = 300;
    private static final int CONNECTION_CODES_MAX = 199;

    private final ClientPorts ports;
    private final int waitingMax;
    private final String idPrefix;
    private final Runnable onAlarm;
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private final Alarm alarm;
    private long bytes;
    private long nextId;
    private int inFlight;

    private static final class Waiting {
        final String id;
        final BoundUser user;
        final Uplink frame;
        final long deadlineMs;
        final CompletableFuture<UplinkReceipt> receipt;

        @Nullable
        Session sentOn;

        long notBeforeMs = Long.MIN_VALUE;
        int attempts;

        Waiting(String id, BoundUser user, Uplink frame, long deadlineMs, CompletableFuture<UplinkReceipt> receipt) {
            this.id = id;
            this.user = user;
            this.frame = frame;
            this.deadlineMs = deadlineMs;
            this.receipt = receipt;
        }
    }

    /**
     * A queue of at most {@code waitingMax}.
     *
     * @param onAlarm calls {@link #pump} with the session of the moment
     */
    Uplinks(ClientPorts ports, int waitingMax, Runnable onAlarm) {
        this.ports = ports;
        this.waitingMax = waitingMax;
        this.onAlarm = onAlarm;
        this.alarm = new Alarm(ports);
        this.idPrefix = Long.toHexString(ports.random.nextLong()) + Long.toHexString(ports.random.nextLong());
    }

    /** Takes one more and returns its id, or fails it when there are too many and returns null. */
    @Nullable
    String submit(
            BoundUser user,
            String forwardType,
            byte[] payload,
            long deadlineMs,
            CompletableFuture<UplinkReceipt> receipt,
            @Nullable Session session) {
        if (waiting.size() >= waitingMax || bytes + payload.length > BYTES_MAX) {
            fail(receipt, Reason.QUEUE_FULL, "uplinks waiting: " + waiting.size() + ", " + bytes + " bytes");
            return null;
        }
        String id = idPrefix + "-" + nextId++;
        Uplink frame = Uplink.newBuilder()
                .setBinding(user.number)
                .setForwardType(forwardType)
                .setId(id)
                .setPayload(ByteString.copyFrom(payload))
                .build();
        bytes += payload.length;
        waiting.put(id, new Waiting(id, user, frame, ports.nowMs() + deadlineMs, receipt));
        pump(session);
        return id;
    }

    /** Sends what may be sent now, and lets go of what is too late. */
    void pump(@Nullable Session session) {
        long now = ports.nowMs();
        Set<BoundUser> heldBack = new HashSet<>();
        for (Waiting uplink : new ArrayList<>(waiting.values())) {
            if (now >= uplink.deadlineMs) {
                end(uplink);
                fail(uplink.receipt, Reason.DEADLINE, "no confirmation after " + uplink.attempts + " attempts");
            } else if (session != null && uplink.sentOn == null && !heldBack.contains(uplink.user)) {
                if (sendable(uplink, session, now)) {
                    send(uplink, session);
                } else {
                    heldBack.add(uplink.user);
                }
            }
        }
        arm(session);
    }

    /** What was sent on it is to be sent again. */
    void onSessionLost(Session lost) {
        for (Waiting uplink : waiting.values()) {
            if (uplink.sentOn == lost) {
                uplink.sentOn = null;
            }
        }
        inFlight = 0;
    }

    void onAck(Session session, UplinkAck ack) {
        Waiting uplink = waiting.get(ack.getId());
        if (uplink == null || uplink.sentOn != session) {
            return;
        }
        session.onAnswered();
        inFlight--;
        uplink.sentOn = null;
        int code = ack.getCode();
        if (code == 0) {
            end(uplink);
            UplinkReceipt receipt = new UplinkReceipt(uplink.id, uplink.attempts);
            tell(() -> uplink.receipt.complete(receipt));
        } else if (code >= RETRYABLE_CODES || code <= CONNECTION_CODES_MAX) {
            long afterMs = Math.max(RETRY_MS, 1000L * Math.max(0, ack.getRetryAfterSeconds()));
            uplink.notBeforeMs = ports.nowMs() + (long) (afterMs * (1 + ports.random.nextDouble() / 2));
        } else {
            end(uplink);
            fail(uplink.receipt, Reason.REFUSED, ack.getText() + " (code " + code + ")");
        }
        pump(session);
    }

    /** Fails those of one binding. */
    void drop(BoundUser user, String why) {
        dropIf(uplink -> uplink.user == user, why);
    }

    /** Fails all. */
    void close() {
        alarm.cancel();
        dropIf(uplink -> true, "the client was closed");
    }

    private void dropIf(Predicate<Waiting> which, String why) {
        List<Waiting> dropped = new ArrayList<>(waiting.values());
        dropped.removeIf(which.negate());
        for (Waiting uplink : dropped) {
            end(uplink);
            fail(uplink.receipt, Reason.CLOSED, why);
        }
    }

    private boolean sendable(Waiting uplink, Session session, long now) {
        return inFlight < IN_FLIGHT_MAX && now >= uplink.notBeforeMs && session.isBound(uplink.user);
    }

    private void send(Waiting uplink, Session session) {
        if (uplink.frame.getSerializedSize() > session.bodyBytesMax()) {
            end(uplink);
            fail(uplink.receipt, Reason.TOO_LARGE, "the room takes " + session.bodyBytesMax() + " bytes");
            return;
        }
        uplink.sentOn = session;
        uplink.attempts++;
        inFlight++;
        session.sendAwaiting(Frames.of(FrameType.UPLINK, uplink.frame));
    }

    private void arm(@Nullable Session session) {
        long next = Long.MAX_VALUE;
        long now = ports.nowMs();
        for (Waiting uplink : waiting.values()) {
            next = Math.min(next, uplink.deadlineMs);
            if (session != null && uplink.notBeforeMs > now) {
                next = Math.min(next, uplink.notBeforeMs);
            }
        }
        if (next == Long.MAX_VALUE) {
            alarm.cancel();
        } else {
            alarm.set(Math.max(1, next - now), onAlarm);
        }
    }

    private void end(Waiting uplink) {
        waiting.remove(uplink.id);
        bytes -= uplink.frame.getPayload().size();
        if (uplink.sentOn != null) {
            uplink.sentOn.onAnswered();
            uplink.sentOn = null;
            inFlight--;
        }
    }

    void fail(CompletableFuture<UplinkReceipt> receipt, Reason reason, String text) {
        tell(() -> receipt.completeExceptionally(new UplinkException(reason, text)));
    }

    private void tell(Runnable completion) {
        try {
            ports.callbacks.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
        }
    }
}
