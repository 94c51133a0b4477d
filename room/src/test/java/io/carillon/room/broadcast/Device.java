package io.carillon.room.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.PushFrame;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.EncodedFrame;
import io.carillon.room.delivery.PushOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client on a connection that only notes what it was sent. */
final class Device implements PushOutput {
    final List<Long> received = new ArrayList<>();
    /** The floors that it was told, by PUSH or CURSOR. */
    final List<Long> floors = new ArrayList<>();

    boolean writable = true;
    int window = 16;
    int sharedFrames;

    @Nullable
    String kicked;

    @Nullable
    Binding binding;

    Binding binding() {
        if (binding == null) {
            throw new IllegalStateException("not bound");
        }
        return binding;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public long lastHeardAtMs() {
        return 0;
    }

    @Override
    public void push(
            int of, int flags, long seq, long prevSeq, ByteString id, ByteString extension, ByteString payload) {
        received.add(seq);
        if ((flags & PushFrame.FLAG_FLOOR) != 0) {
            floors.add(seq);
        }
    }

    @Override
    public void pushShared(EncodedFrame frame) {
        sharedFrames++;
        ByteBuffer bytes = frame.bytes().duplicate();
        try {
            FrameHeader.parse(bytes, 1 << 20);
            PushFrame push = PushFrame.read(bytes);
            push(push.binding(), push.flags(), push.seq(), 0, ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void onFirstInFlight() {}

    @Override
    public void overflowed(int of, int dropped) {}

    @Override
    public void cursor(int of, long floor) {
        floors.add(floor);
    }
}
