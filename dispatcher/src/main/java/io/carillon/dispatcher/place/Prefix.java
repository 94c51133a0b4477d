package io.carillon.dispatcher.place;

import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * A prefix of IPv6 addresses; IPv4 ones are mapped into {@code ::ffff:0:0/96}.
 *
 * @param high the first address's upper 64 bits
 * @param low its lower 64 bits
 * @param length 0 to 128
 */
record Prefix(long high, long low, int length) {
    private static final int MAPPED_LENGTH = 96;

    /**
     * @param text {@code 203.0.113.0/24}, {@code 2001:db8::/32}, or an address alone
     * @throws IllegalArgumentException naming the offender
     */
    static Prefix parse(String text) {
        int slash = text.indexOf('/');
        byte @Nullable [] address = address(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("'" + text + "' (expected: an IPv4 or IPv6 prefix, 203.0.113.0/24)");
        }
        int most = address.length * 8;
        int length = slash < 0 ? most : length(text.substring(slash + 1));
        if (length < 0 || length > most) {
            throw new IllegalArgumentException("'" + text + "' (expected: a prefix length from 0 to " + most + ")");
        }
        int mapped = address.length == 4 ? length + MAPPED_LENGTH : length;
        Prefix prefix = new Prefix(high(address), low(address), mapped);
        if ((prefix.high & ~highMask(mapped)) != 0 || (prefix.low & ~lowMask(mapped)) != 0) {
            throw new IllegalArgumentException("'" + text + "' (expected: no bits set beyond the prefix)");
        }
        return prefix;
    }

    /** The bytes of an address literal; null where it is none. Never asks DNS. */
    static byte @Nullable [] address(String literal) {
        return literal.indexOf('%') >= 0 ? null : NetUtil.createByteArrayFromIpAddressString(literal);
    }

    /** Upper 64 bits of 4 or 16 bytes. */
    static long high(byte[] address) {
        return address.length == 4 ? 0 : bits(address, 0, 8);
    }

    /** Lower 64 bits of 4 or 16 bytes. */
    static long low(byte[] address) {
        return address.length == 4 ? 0xFFFF_0000_0000L | bits(address, 0, 4) : bits(address, 8, 8);
    }

    boolean contains(long otherHigh, long otherLow) {
        return (otherHigh & highMask(length)) == high && (otherLow & lowMask(length)) == low;
    }

    /** The last address's upper 64 bits. */
    long lastHigh() {
        return high | ~highMask(length);
    }

    /** The last address's lower 64 bits. */
    long lastLow() {
        return low | ~lowMask(length);
    }

    private static long highMask(int length) {
        return length == 0 ? 0 : length >= 64 ? -1L : -1L << (64 - length);
    }

    private static long lowMask(int length) {
        return length <= 64 ? 0 : -1L << (128 - length);
    }

    private static long bits(byte[] bytes, int from, int count) {
        long bits = 0;
        for (int i = from; i < from + count; i++) {
            bits = bits << 8 | (bytes[i] & 0xFF);
        }
        return bits;
    }

    private static int length(String text) {
        if (text.isEmpty() || text.length() > 3) {
            return -1;
        }
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            length = length * 10 + (digit - '0');
        }
        return length;
    }
}
