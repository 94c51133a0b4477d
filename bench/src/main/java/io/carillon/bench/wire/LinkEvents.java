package io.carillon.bench.wire;

import io.netty.buffer.ByteBuf;

/** What happens to devices. Called on event loops, for different devices at the same time; must not block. */
public interface LinkEvents {
    /** @param handle what an injector names the connection by */
    void connected(int device, long handle, long sinceNs);

    /** A message came; its acknowledgement follows. Borrows the buffer. */
    void delivered(int device, ByteBuf in, int index, int length);

    /** An uplink was taken. */
    void uplinked(int device, long dueNs);

    /** A connection that stood, or never came to be, is over without our doing. */
    void lost(int device, String reason);
}
