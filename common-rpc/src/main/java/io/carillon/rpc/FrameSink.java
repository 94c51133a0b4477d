package io.carillon.rpc;

import io.netty.buffer.ByteBuf;

/** What one phase of a connection does with what comes in. Called on the connection's event loop. */
interface FrameSink {
    /**
     * One whole frame.
     *
     * @param in borrowed; the frame's rest, behind its type, is at {@code index} for {@code length} bytes
     */
    void onFrame(byte type, ByteBuf in, int index, int length) throws BadFrameException;

    /** All that was there has been read. */
    void onReadComplete();

    /** The channel's buffer has filled up, or drained. */
    void onWritabilityChanged();

    /** The peer broke the protocol; the channel is closed behind this call. */
    void onBadFrame(String what);

    /** The connection is gone. Called once. */
    void onClosed();
}
