package io.carillon.runtime.net;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of networks: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, single addresses too. Looked up by a scan over flat arrays, so
 * for some thousands at most. Immutable.
 */
public final class Networks {
    public static final Networks NONE = new Networks(new long[0], new long[0], new int[0]);

    /** Where IPv4 lies in IPv6, so that one form does for both. */
    private static final long MAPPED_LOW = 0xFFFF_0000_0000L;

    private static final int MAPPED_BITS = 96;
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;
    private static final int IPV4_BYTES = 4;
    private static final long IPV4_MASK = 0xFFFF_FFFFL;

    private final long[] high;
    private final long[] low;
    private final int[] bits;

    private Networks(long[] high, long[] low, int[] bits) {
        this.high = high;
        this.low = low;
        this.bits = bits;
    }

    /**
     * Bits of an address behind the prefix count for nothing: {@code 10.1.2.3/8} is {@code 10.0.0.0/8}.
     *
     * @param name what the list is called, for the error
     * @throws IllegalArgumentException naming the one that is neither an address nor a network
     */
    public static Networks parse(String name, List<String> texts) {
        if (texts.isEmpty()) {
            return NONE;
        }
        Networks networks = new Networks(new long[texts.size()], new long[texts.size()], new int[texts.size()]);
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i).trim();
            int slash = text.indexOf('/');
            byte[] address = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
            int length = address == null ? -1 : prefixLength(slash < 0 ? null : text.substring(slash + 1), address);
            if (address == null || length < 0) {
                throw new IllegalArgumentException(name + ": " + text
                        + " (expected: an address or a network such as 10.0.0.0/8 or 2001:db8::/32)");
            }
            networks.high[i] = high(address);
            networks.low[i] = low(address);
            networks.bits[i] = address.length == IPV4_BYTES ? MAPPED_BITS + length : length;
        }
        return networks;
    }

    /** Negative: none that can be. */
    private static int prefixLength(@Nullable String text, byte[] address) {
        int max = address.length == IPV4_BYTES ? IPV4_BITS : IPV6_BITS;
        if (text == null) {
            return max;
        }
        try {
            int length = Integer.parseInt(text);
            return length <= max ? length : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static long high(byte[] address) {
        return address.length == IPV4_BYTES ? 0 : ByteBuffer.wrap(address).getLong();
    }

    private static long low(byte[] address) {
        ByteBuffer bytes = ByteBuffer.wrap(address);
        return address.length == IPV4_BYTES ? MAPPED_LOW | (bytes.getInt() & IPV4_MASK) : bytes.getLong(Long.BYTES);
    }

    public boolean isEmpty() {
        return bits.length == 0;
    }

    public boolean contains(InetAddress address) {
        if (bits.length == 0) {
            return false;
        }
        byte[] bytes = address.getAddress();
        long itsHigh = high(bytes);
        long itsLow = low(bytes);
        for (int i = 0; i < bits.length; i++) {
            if (((itsHigh ^ high[i]) & mask(bits[i])) == 0 && ((itsLow ^ low[i]) & mask(bits[i] - Long.SIZE)) == 0) {
                return true;
            }
        }
        return false;
    }

    /** The highest {@code bits} of 64; all for more, none for less than one. */
    private static long mask(int bits) {
        if (bits <= 0) {
            return 0;
        }
        return bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
    }

    /**
     * An address written as such, without a question to DNS.
     *
     * @return null where it is none
     */
    public static @Nullable InetAddress literal(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
