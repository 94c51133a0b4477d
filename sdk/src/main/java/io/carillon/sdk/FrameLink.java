package io.carillon.sdk;

import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.sdk.link.Link;
import io.carillon.sdk.link.LinkListener;
import io.carillon.sdk.wire.FrameReader;
import io.carillon.sdk.wire.FrameSink;
import java.nio.ByteBuffer;

/** A link that speaks frames, and hands them to the phase that the connection is in. Confined to its client's thread. */
final class FrameLink implements LinkListener {
    private final Link link;
    private final FrameReader reader = new FrameReader(ProtocolVersion.FRAME_BYTES_MAX);
    private Phase phase;
    private boolean closed;

    /** Before login or after. */
    interface Phase extends FrameSink {
        /** Bytes came; called before their frames. */
        void onBytes();

        /** All frames of what came were handed over. */
        void onFramesRead(boolean midFrame);

        /** The other end is gone, or what it sent was no frame. Called once, and not after {@link FrameLink#close}. */
        void onClosed(String reason);
    }

    FrameLink(Link link, Phase phase) {
        this.link = link;
        this.phase = phase;
        link.listen(this);
    }

    void enter(Phase next) {
        phase = next;
    }

    void send(ByteBuffer frame) {
        if (!closed) {
            link.send(frame);
        }
    }

    void close() {
        closed = true;
        link.close();
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void onOpen() {
        // It was open when it was handed over.
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        if (closed) {
            return;
        }
        phase.onBytes();
        try {
            reader.read(bytes, (type, body) -> {
                if (!closed) {
                    phase.onFrame(type, body);
                }
                return !closed;
            });
        } catch (ProtocolException e) {
            if (!closed) {
                close();
                phase.onClosed("the room broke the protocol: " + e.getMessage());
            }
            return;
        }
        if (!closed) {
            phase.onFramesRead(reader.midFrame());
        }
    }

    @Override
    public void onClosed(String reason, boolean refused) {
        if (!closed) {
            closed = true;
            phase.onClosed(reason);
        }
    }
}
