package io.carillon.sdk.wire;

import io.carillon.protocol.ProtocolException;
import java.nio.ByteBuffer;

/** Takes whole frames. */
public interface FrameSink {
    /**
     * One frame.
     *
     * @param type 0 to 255
     * @param body borrowed: valid during the call
     * @return false where no more frames are wanted, since the connection is closed
     */
    boolean onFrame(int type, ByteBuffer body) throws ProtocolException;
}
