package io.carillon.room.admission;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * An address as one number, for tables: IPv4 whole, of IPv6 the upper half, since whoever has one address there has a /64.
 * IPv4 lies where no IPv6 sender can be (ff00::/8 is multicast).
 */
final class AddressKey {
    private static final int IPV4_BYTES = 4;
    private static final long IPV4 = 0xFF00_0000_0000_0000L;
    private static final long LAST_BYTE = 0xFF;

    private AddressKey() {}

    static long of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == IPV4_BYTES
                ? IPV4 | Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt())
                : ByteBuffer.wrap(bytes).getLong();
    }

    /** The network of a key: /24 of IPv4, /56 of IPv6. */
    static long prefix(long key) {
        return key & ~LAST_BYTE;
    }
}
