package io.carillon.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * A server's end of one connection, after the hello. Confined to the event loop, but for what says otherwise.
 *
 * <p>Answers given while frames are read go straight into the turn's chunk; others are handed over and written together.
 * A caller that does not read its answers is not read from, and is closed when too many bytes wait for it.
 */
final class ServerLink implements FrameSink {
    private final RpcServer server;
    private final RpcIdentity caller;
    private final Channel channel;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final Admission admission;
    private final RpcObserver observer;
    private final LongSupplier nanoTime;
    private final Handover<ServerCall<?, ?>> handover;
    private final Liveness liveness;
    private final FrameAge age = new FrameAge();
    private final int bodyBytesMax;
    private final long outboundBytesMax;
    private boolean reading;
    private boolean stopping;
    /** Written on the loop; others read it to spare work for nobody. */
    private volatile boolean closed;

    ServerLink(RpcServer server, RpcIdentity caller, Channel channel, FrameReader reader, FrameWriter writer) {
        this.server = server;
        this.caller = caller;
        this.channel = channel;
        this.reader = reader;
        this.writer = writer;
        this.admission = new Admission(server.config());
        this.observer = server.observer();
        this.nanoTime = server.environment().nanoTime();
        this.handover = new Handover<>(channel.eventLoop(), this::finish, writer::flush);
        this.liveness = new Liveness(
                channel, writer, server.config(), nanoTime, () -> server.onSilent(caller, channel.remoteAddress()));
        this.bodyBytesMax = server.config().frameBytesMax() - Wire.ANSWER_HEAD_BYTES;
        this.outboundBytesMax = server.config().bytesInFlightMax();
    }

    void start() {
        liveness.start();
    }

    /** Any thread. */
    RpcIdentity caller() {
        return caller;
    }

    /** Any thread. */
    boolean isClosed() {
        return closed;
    }

    /** Any thread. */
    long nowNs() {
        return nanoTime.getAsLong();
    }

    /** Any thread. */
    void close() {
        channel.close();
    }

    /** Any thread: serves no more requests, and tells the caller to make no more calls here. */
    void stopServing() {
        try {
            channel.eventLoop().execute(this::stopServingNow);
        } catch (RejectedExecutionException ended) {
            server.onLinkRetired(this);
        }
    }

    private void stopServingNow() {
        stopping = true;
        if (!closed) {
            writer.bare(Wire.GOING);
            writer.flush();
        }
    }

    @Override
    public void onFrame(byte type, ByteBuf in, int index, int length) throws BadFrameException {
        reading = true;
        switch (type) {
            case Wire.REQUEST -> onRequest(in, index, length);
            case Wire.PING -> {
                if (length < 4) {
                    throw new BadFrameException("ping is cut short");
                }
                age.onFrame(in.getIntLE(index), nanoTime.getAsLong());
                writer.bare(Wire.PONG);
            }
            case Wire.PONG -> {}
            default -> throw new BadFrameException("frame of type " + type);
        }
    }

    private void onRequest(ByteBuf in, int index, int length) throws BadFrameException {
        int head = Wire.REQUEST_HEAD_BYTES - 1;
        if (length < head) {
            throw new BadFrameException("request is cut short");
        }
        long id = in.getLongLE(index);
        int methodId = in.getUnsignedShortLE(index + 8);
        long now = nanoTime.getAsLong();
        long ageNs = age.onFrame(in.getIntLE(index + 14), now);
        long leftNs = in.getUnsignedIntLE(index + 10) * 1000 - ageNs;
        ServerMethod<?, ?> served = server.method(methodId);
        if (served == null) {
            writer.failure(id, RpcStatus.NO_SUCH_METHOD, true, "method " + methodId + " is not served here");
        } else if (stopping) {
            refuse(id, served, RpcStatus.STOPPING, "stopping");
        } else if (leftNs <= 0) {
            refuse(id, served, RpcStatus.DEADLINE_EXCEEDED, "expired on its way");
        } else {
            admit(served, id, in, index + head, length - head, now, now + leftNs);
        }
    }

    private <Q extends MessageLite, A extends MessageLite> void admit(
            ServerMethod<Q, A> served, long id, ByteBuf in, int index, int length, long now, long deadlineNs) {
        Admission.Gate gate = admission.gate(served.method().id());
        if (!admission.tryEnter(gate, length)) {
            refuse(id, served, RpcStatus.OVERLOADED, "too much in flight on this connection");
            return;
        }
        Q request;
        try {
            request = reader.parse(served.method().requests(), in, index, length);
        } catch (InvalidProtocolBufferException e) {
            admission.leave(gate, length);
            refuse(id, served, RpcStatus.MALFORMED, "request: " + e.getMessage());
            return;
        }
        observer.onRequestStarted(served.method());
        ServerCall<Q, A> call = new ServerCall<>(this, served, gate, id, request, length, now, deadlineNs);
        Executor executor = served.executor();
        if (executor == null) {
            call.run();
            return;
        }
        try {
            executor.execute(call);
        } catch (RejectedExecutionException full) {
            call.accept(
                    null, new RpcException(RpcStatus.OVERLOADED, served.method().name() + ": its queue is full"));
        }
    }

    private void refuse(long id, ServerMethod<?, ?> served, RpcStatus status, String why) {
        observer.onRequestRefused(served.method(), status);
        writer.failure(id, status, true, served.method().name() + ": " + why);
    }

    /** Any thread: the call has its answer or failure. */
    void onHandled(ServerCall<?, ?> call) {
        if (channel.eventLoop().inEventLoop() && reading) {
            finish(call);
        } else {
            // False where the event loop has ended, and with it the connection.
            handover.push(call);
        }
    }

    private void finish(ServerCall<?, ?> call) {
        admission.leave(call.gate, call.bodyBytes);
        RpcMethod<?, ?> method = call.served.method();
        RpcStatus status;
        MessageLite answer = call.answer;
        if (answer != null && call.answerBytes <= bodyBytesMax) {
            status = null;
            if (!closed) {
                writer.answer(call.id, answer, call.answerBytes);
            }
        } else {
            RpcException failure = failureOf(call);
            status = failure.status();
            if (!closed) {
                writer.failure(call.id, status, failure.notExecuted(), String.valueOf(failure.getMessage()));
            }
        }
        observer.onRequestFinished(method, status, nanoTime.getAsLong() - call.startNs);
        if (closed) {
            retireIfIdle();
        } else if (!channel.isWritable()) {
            onFull();
        }
    }

    private RpcException failureOf(ServerCall<?, ?> call) {
        String name = call.served.method().name();
        Throwable thrown = call.failure;
        if (thrown == null) {
            return new RpcException(
                    RpcStatus.FAILED,
                    name + ": answer of " + call.answerBytes + " bytes (expected: at most " + bodyBytesMax + ")");
        }
        Throwable cause = rootOf(thrown);
        if (cause instanceof RpcException refusal) {
            return refusal;
        }
        server.onHandlerFailed(call.served.method(), cause);
        return new RpcException(RpcStatus.FAILED, name + ": " + cause);
    }

    private static Throwable rootOf(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return thrown instanceof CompletionException && cause != null ? cause : thrown;
    }

    private void onFull() {
        channel.config().setAutoRead(false);
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        if (outbound != null && outbound.totalPendingWriteBytes() > outboundBytesMax) {
            server.onSlowReader(caller, channel.remoteAddress());
            channel.close();
        }
    }

    @Override
    public void onReadComplete() {
        reading = false;
        liveness.onHeard();
        writer.flush();
    }

    @Override
    public void onWritabilityChanged() {
        channel.config().setAutoRead(channel.isWritable());
    }

    @Override
    public void onBadFrame(String what) {
        server.onBadFrame(caller, channel.remoteAddress(), what);
    }

    @Override
    public void onClosed() {
        closed = true;
        reading = false;
        liveness.stop();
        writer.release();
        retireIfIdle();
    }

    private void retireIfIdle() {
        if (admission.calls() == 0) {
            server.onLinkRetired(this);
        }
    }
}
