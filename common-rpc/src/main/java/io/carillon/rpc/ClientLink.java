package io.carillon.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Our end of one connection to a peer, after the hello.
 *
 * <p>{@link #call} runs on any thread: it admits the call and hands it over. All else is confined to the event loop. A
 * turn of the loop takes all calls that were handed over, gives each its id and its place in the deadline wheel, and
 * writes them in one go. While the channel's buffer is full nothing more is written: calls wait unwritten, end there
 * at their deadline, and what a peer that does not read costs is bounded by the admission and one write buffer.
 */
final class ClientLink implements FrameSink {
    private static final int COMPACT_LEAST = 1024;

    private final PeerSlot slot;
    private final RpcPeer peer;
    private final RpcIdentity identity;
    private final long clockOffsetMs;
    private final Channel channel;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final Admission admission;
    private final RpcObserver observer;
    private final LongSupplier nanoTime;
    private final int bodyBytesMax;
    private final Handover<PendingCall<?>> handover;
    private final Liveness liveness;

    private final InFlight inFlight = new InFlight();
    private final DeadlineWheel wheel;
    /** Calls that found the channel full; those that ended meanwhile are skipped, and swept when they are the most. */
    private final ArrayDeque<PendingCall<?>> unsent = new ArrayDeque<>();

    private int unsentEnded;
    /** The wheel's next turn, and when it is; null: none is planned. */
    private @Nullable ScheduledFuture<?> tick;

    private long tickNs;
    private boolean going;
    private boolean closed;

    ClientLink(PeerSlot slot, RpcPeer peer, Channel channel, FrameReader reader, FrameWriter writer, Welcome welcome) {
        RpcClient client = slot.client();
        this.slot = slot;
        this.peer = peer;
        this.identity = welcome.identity();
        this.clockOffsetMs = welcome.clockOffsetMs();
        this.channel = channel;
        this.reader = reader;
        this.writer = writer;
        this.admission = new Admission(client.config());
        this.observer = client.observer();
        this.nanoTime = client.environment().nanoTime();
        this.bodyBytesMax = client.config().frameBytesMax() - Wire.REQUEST_HEAD_BYTES;
        this.handover = new Handover<>(channel.eventLoop(), this::onTaken, writer::flush);
        this.wheel = new DeadlineWheel(nanoTime.getAsLong());
        this.liveness =
                new Liveness(channel, writer, client.config(), nanoTime, () -> slot.onSilent(channel.remoteAddress()));
    }

    /** What the hello told. */
    record Welcome(RpcIdentity identity, long clockOffsetMs) {}

    RpcIdentity identity() {
        return identity;
    }

    long clockOffsetMs() {
        return clockOffsetMs;
    }

    int calls() {
        return admission.calls();
    }

    void start() {
        liveness.start();
    }

    /** Any thread. */
    void close() {
        channel.close();
    }

    /** Any thread. */
    <A extends MessageLite> CompletableFuture<A> call(RpcMethod<?, A> method, MessageLite request, long timeoutNs) {
        int bodyBytes = request.getSerializedSize();
        if (bodyBytes > bodyBytesMax) {
            return refuse(
                    method,
                    new RpcException(
                            RpcStatus.MALFORMED,
                            true,
                            "request of " + bodyBytes + " bytes (expected: at most " + bodyBytesMax + ")"));
        }
        Admission.Gate gate = admission.gate(method.id());
        if (!admission.tryEnter(gate, bodyBytes)) {
            return refuse(
                    method,
                    new RpcException(RpcStatus.OVERLOADED, method.name() + ": too much in flight to " + peer.name()));
        }
        long now = nanoTime.getAsLong();
        PendingCall<A> call = new PendingCall<>(method, request, bodyBytes, gate, now, now + timeoutNs);
        observer.onCallStarted(method);
        if (!handover.push(call)) {
            fail(call, RpcStatus.NOT_CONNECTED, true);
        }
        return call;
    }

    private <A extends MessageLite> CompletableFuture<A> refuse(RpcMethod<?, A> method, RpcException refusal) {
        observer.onCallRefused(method, refusal.status());
        return CompletableFuture.failedFuture(refusal);
    }

    private void onTaken(PendingCall<?> call) {
        if (closed) {
            fail(call, RpcStatus.NOT_CONNECTED, true);
            return;
        }
        inFlight.add(call);
        wheel.add(call);
        planTick(wheel.endNs(call));
        if (unsent.isEmpty() && channel.isWritable()) {
            send(call);
        } else {
            unsent.add(call);
        }
    }

    private void send(PendingCall<?> call) {
        MessageLite request = call.request;
        if (request == null) {
            return;
        }
        long now = nanoTime.getAsLong();
        long leftUs = (call.deadlineNs - now) / 1000;
        if (leftUs <= 0) {
            // It stays, unwritten, for the wheel's next tick.
            return;
        }
        call.request = null;
        writer.request(
                call.id,
                call.method.id(),
                Math.min(leftUs, Wire.TIME_LEFT_US_MAX),
                Wire.stampUs(now),
                request,
                call.bodyBytes);
    }

    private void sendUnsent() {
        while (channel.isWritable()) {
            PendingCall<?> call = unsent.poll();
            if (call == null) {
                break;
            }
            if (call.ended) {
                unsentEnded--;
            } else {
                send(call);
            }
        }
        writer.flush();
    }

    /**
     * Has the wheel looked at then, or earlier. Calls have a second or more, and polls are in flight all the time: a turn
     * each tick would wake an idle loop 250 times a second for nothing.
     */
    private void planTick(long atNs) {
        if (tick != null) {
            if (tickNs - atNs <= 0) {
                return;
            }
            tick.cancel(false);
        }
        tickNs = atNs;
        tick = channel.eventLoop()
                .schedule(this::onTick, Math.max(0, atNs - nanoTime.getAsLong()), TimeUnit.NANOSECONDS);
    }

    private void onTick() {
        tick = null;
        if (closed) {
            return;
        }
        wheel.advance(nanoTime.getAsLong(), this::onDeadline);
        if (unsentEnded > COMPACT_LEAST && unsentEnded > unsent.size() / 2) {
            unsent.removeIf(call -> call.ended);
            unsentEnded = 0;
        }
        if (!wheel.isEmpty()) {
            planTick(wheel.nextNs());
        }
        closeIfGone();
    }

    private void onDeadline(PendingCall<?> call) {
        inFlight.take(call.id);
        boolean unwritten = call.request != null;
        if (unwritten && !unsent.isEmpty()) {
            unsentEnded++;
        }
        fail(call, RpcStatus.DEADLINE_EXCEEDED, unwritten);
    }

    @Override
    public void onFrame(byte type, ByteBuf in, int index, int length) throws BadFrameException {
        switch (type) {
            case Wire.ANSWER -> onAnswer(in, index, length);
            case Wire.FAILURE -> onFailure(in, index, length);
            case Wire.PING -> writer.bare(Wire.PONG);
            case Wire.PONG -> {}
            case Wire.GOING -> {
                going = true;
                slot.onGoing(this);
            }
            default -> throw new BadFrameException("frame of type " + type);
        }
    }

    private void onAnswer(ByteBuf in, int index, int length) throws BadFrameException {
        need(length, Wire.ANSWER_HEAD_BYTES - 1);
        PendingCall<?> call = inFlight.take(in.getLongLE(index));
        if (call != null) {
            wheel.remove(call);
            answer(call, in, index + 8, length - 8);
        }
    }

    private <A extends MessageLite> void answer(PendingCall<A> call, ByteBuf in, int index, int length) {
        A answer;
        try {
            answer = reader.parse(call.method.answers(), in, index, length);
        } catch (InvalidProtocolBufferException e) {
            end(call, RpcStatus.MALFORMED);
            call.completeExceptionally(new RpcException(
                    RpcStatus.MALFORMED, call.method.name() + ": answer of " + peer.name() + ": " + e.getMessage()));
            return;
        }
        call.ended = true;
        admission.leave(call.gate, call.bodyBytes);
        observer.onCallFinished(call.method, null, nanoTime.getAsLong() - call.startNs);
        call.complete(answer);
    }

    private void onFailure(ByteBuf in, int index, int length) throws BadFrameException {
        need(length, Wire.FAILURE_HEAD_BYTES - 1);
        PendingCall<?> call = inFlight.take(in.getLongLE(index));
        if (call == null) {
            return;
        }
        wheel.remove(call);
        RpcStatus status = RpcStatus.of(in.getByte(index + 8));
        boolean notExecuted = in.getByte(index + 9) != 0;
        String text = in.toString(index + 10, length - 10, StandardCharsets.UTF_8);
        end(call, status);
        call.completeExceptionally(new RpcException(status, notExecuted, text));
    }

    private static void need(int length, int bytes) throws BadFrameException {
        if (length < bytes) {
            throw new BadFrameException("frame is cut short");
        }
    }

    private void fail(PendingCall<?> call, RpcStatus status, boolean notExecuted) {
        end(call, status);
        String what =
                switch (status) {
                    case DEADLINE_EXCEEDED -> ": no answer in time from ";
                    case CONNECTION_LOST -> ": lost the connection to ";
                    default -> ": not connected to ";
                };
        call.completeExceptionally(new RpcException(status, notExecuted, call.method.name() + what + peer.name()));
    }

    private void end(PendingCall<?> call, RpcStatus status) {
        call.ended = true;
        call.request = null;
        admission.leave(call.gate, call.bodyBytes);
        observer.onCallFinished(call.method, status, nanoTime.getAsLong() - call.startNs);
    }

    @Override
    public void onReadComplete() {
        liveness.onHeard();
        writer.flush();
        closeIfGone();
    }

    /** A server that is going is left once nothing is in flight. */
    private void closeIfGone() {
        if (going && !closed && inFlight.size() == 0) {
            channel.close();
        }
    }

    @Override
    public void onWritabilityChanged() {
        if (!unsent.isEmpty() && !closed) {
            sendUnsent();
        }
    }

    @Override
    public void onBadFrame(String what) {
        slot.onBadFrame(channel.remoteAddress(), what);
    }

    @Override
    public void onClosed() {
        closed = true;
        if (tick != null) {
            tick.cancel(false);
        }
        liveness.stop();
        writer.release();
        // The peer makes no more calls here before those in flight end: what they cause may be called elsewhere.
        slot.onLinkClosed(this);
        inFlight.drain(call -> fail(call, RpcStatus.CONNECTION_LOST, call.request != null));
        unsent.clear();
    }
}
