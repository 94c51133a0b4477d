package io.carillon.room.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.delivery.EncodedFrame;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connection of a state machine under test: notes what it was told. */
final class RecordedSession implements SessionOutput {
    record Sent(int type, MessageLite body) {}

    final List<Sent> sent = new ArrayList<>();
    final List<ProtocolCode> refused = new ArrayList<>();
    final List<Long> pushed = new ArrayList<>();
    final List<Long> asked = new ArrayList<>();
    int pings;
    int pongs;
    boolean writable = true;

    @Nullable
    InetAddress address = InetAddress.getLoopbackAddress();

    long callAtNs = Long.MAX_VALUE;

    @Nullable
    ProtocolCode failed;

    @Nullable
    CloseReason closed;

    @Nullable
    ClientSession session;

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public int window() {
        return session == null ? 0 : session.window();
    }

    @Override
    public long lastHeardAtMs() {
        return session == null ? 0 : session.heardAtMs();
    }

    @Override
    public void push(
            int binding,
            int flags,
            long seq,
            long prevSeq,
            ByteString messageId,
            ByteString extension,
            ByteString payload) {
        pushed.add(seq);
    }

    @Override
    public void pushShared(EncodedFrame frame) {}

    @Override
    public void cursor(int binding, long floor) {}

    @Override
    public void onFirstInFlight() {
        if (session != null) {
            session.onFirstInFlight();
        }
    }

    @Override
    public void overflowed(int binding, int dropped) {}

    @Override
    public void send(int frameType, MessageLite body) {
        sent.add(new Sent(frameType, body));
    }

    @Override
    public void sendPing() {
        pings++;
    }

    @Override
    public void sendPong() {
        pongs++;
    }

    @Override
    public void fail(ProtocolCode code, String text) {
        failed = code;
    }

    @Override
    public void close(CloseReason reason) {
        closed = reason;
    }

    @Override
    public boolean lose(long id, Supplier<Phase> onLost) {
        asked.add(id);
        return false;
    }

    @Override
    public @Nullable InetAddress clientAddress() {
        return address;
    }

    @Override
    public void callAt(long deadlineNs) {
        callAtNs = Math.min(callAtNs, deadlineNs);
    }

    @Override
    public void bindingRefused(ProtocolCode code) {
        refused.add(code);
    }
}
