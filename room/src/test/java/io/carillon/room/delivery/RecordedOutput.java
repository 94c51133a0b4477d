package io.carillon.room.delivery;

import com.google.protobuf.ByteString;
import io.carillon.protocol.PushFrame;
import java.util.ArrayList;
import java.util.List;

/** A connection that only notes what it was to write. */
public final class RecordedOutput implements PushOutput {
    final List<Long> pushed = new ArrayList<>();
    final List<Long> late = new ArrayList<>();
    final List<Integer> overflows = new ArrayList<>();
    int lastFlags;
    int window = 16;
    boolean writable = true;
    long heardAtMs;

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
        return heardAtMs;
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
        lastFlags = flags;
        if ((flags & PushFrame.FLAG_LATE) != 0) {
            late.add(seq);
        }
    }

    @Override
    public void pushShared(EncodedFrame frame) {}

    @Override
    public void cursor(int binding, long floor) {}

    @Override
    public void onFirstInFlight() {}

    @Override
    public void overflowed(int binding, int dropped) {
        overflows.add(dropped);
    }
}
