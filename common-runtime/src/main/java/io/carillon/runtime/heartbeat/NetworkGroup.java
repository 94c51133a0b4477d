package io.carillon.runtime.heartbeat;

import java.nio.ByteBuffer;

/**
 * Clients that are expected to meet the same address translators: those of one kind of network in one prefix, /24 of IPv4
 * or /56 of IPv6. A group is one number: two bits for the kind, one for the family, the prefix below.
 */
public final class NetworkGroup {
    /** Of a client whose kind of network or address is not known. */
    public static final long NONE = 0;

    public static final int WIFI = 1;
    public static final int CELLULAR = 2;
    public static final int WIRED = 3;

    private static final int KIND_SHIFT = 62;
    private static final long IPV6 = 1L << 61;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private NetworkGroup() {}

    /**
     * @param kind one of the constants; else the group is {@link #NONE}
     * @param address 4 or 16 bytes; IPv4 mapped into IPv6 counts as IPv4
     */
    public static long of(int kind, byte[] address) {
        if (kind < WIFI || kind > WIRED) {
            return NONE;
        }
        long bits = (long) kind << KIND_SHIFT;
        if (address.length == IPV4_BYTES) {
            return bits | ipv4(address, 0);
        }
        if (address.length != IPV6_BYTES) {
            return NONE;
        }
        return isMapped(address)
                ? bits | ipv4(address, IPV6_BYTES - IPV4_BYTES)
                : bits | IPV6 | ByteBuffer.wrap(address).getLong() >>> 8;
    }

    private static long ipv4(byte[] address, int at) {
        return (address[at] & 0xFFL) << 16 | (address[at + 1] & 0xFFL) << 8 | (address[at + 2] & 0xFFL);
    }

    private static boolean isMapped(byte[] address) {
        ByteBuffer bytes = ByteBuffer.wrap(address);
        return bytes.getLong() == 0 && bytes.getInt() == 0xFFFF;
    }
}
