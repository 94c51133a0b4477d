package io.carillon.sdk.link;

import java.nio.ByteBuffer;

/** A byte stream to a room. Confined to the {@link IoThread} that it was opened on. */
public interface Link {
    /** Sends bytes, consuming the buffer. What can't be sent yet is queued; a queue that grows too long closes the link. */
    void send(ByteBuffer bytes);

    /** From now on another listener is told. */
    void listen(LinkListener listener);

    /** Closes it once what was sent before is on its way, or at once where that takes long. */
    void close();
}
