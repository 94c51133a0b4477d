package io.carillon.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A protocol, as a device speaks it. One instance for all devices of a process; thread-safe. */
public interface Dialect {
    /** A message that breaks the protocol. */
    final class BadMessageException extends Exception {
        private static final long serialVersionUID = 1;

        public BadMessageException(String message) {
            super(message, null, false, false);
        }
    }

    /** What a device says first. */
    ByteBuf login(ByteBufAllocator allocator, int device);

    /** What a device says first that was connected a moment ago, where that makes a difference. */
    default ByteBuf loginAgain(ByteBufAllocator allocator, int device) {
        return login(allocator, device);
    }

    /** Logins that found what their last connection had. */
    default long resumed() {
        return 0;
    }

    /** Bytes of the first message in the buffer, head included; 0 where more are needed to tell. */
    int messageBytes(ByteBuf in) throws BadMessageException;

    /** Takes one whole message, of {@code length} bytes at {@code index}. Borrows the buffer. */
    void onMessage(DeviceLink link, ByteBuf in, int index, int length) throws BadMessageException;

    /** A sign of life. */
    ByteBuf ping(ByteBufAllocator allocator);

    /** Data for the business; {@link DeviceLink#uplinked} tells that it was taken. At most one is open on a connection. */
    ByteBuf uplink(ByteBufAllocator allocator, byte[] payload);
}
