package io.carillon.coordinator.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps businesses' URLs out of our own network (server-side request forgery): of the addresses that a name has, the
 * first public one is taken, and the connection goes to that address, so that the name can't change in between.
 */
final class AddressGuard {
    /** Special-purpose blocks of IANA's registries that {@link InetAddress} has no question for. */
    private static final List<Block> BLOCKS = List.of(
            block(8, 0),
            block(10, 100, 64),
            block(24, 192, 0, 0),
            block(24, 192, 0, 2),
            block(15, 198, 18),
            block(24, 198, 51, 100),
            block(24, 203, 0, 113),
            block(4, 240),
            // Unique local, and what carries an IPv4 address inside: NAT64 (RFC 6052 and the
            // local-use prefix of RFC 8215), IPv4-translated (RFC 2765), 6to4, Teredo, IPv4-compatible.
            block6(7, 0xFC),
            block6(96, 0x00, 0x64, 0xFF, 0x9B),
            block6(48, 0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01),
            block6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0),
            block6(16, 0x20, 0x02),
            block6(32, 0x20, 0x01, 0x00, 0x00),
            block6(96));

    private final boolean privateAllowed;

    /** @param privateAllowed for tests and closed networks */
    AddressGuard(boolean privateAllowed) {
        this.privateAllowed = privateAllowed;
    }

    /** The address to connect to; null where none is allowed. */
    @Nullable
    InetAddress choose(List<InetAddress> addresses) {
        return addresses.stream()
                .filter(address -> privateAllowed || isPublic(address))
                .findFirst()
                .orElse(null);
    }

    static boolean isPublic(InetAddress address) {
        return !address.isLoopbackAddress()
                && !address.isAnyLocalAddress()
                && !address.isLinkLocalAddress()
                && !address.isSiteLocalAddress()
                && !address.isMulticastAddress()
                && BLOCKS.stream().noneMatch(block -> block.contains(address));
    }

    private static Block block(int bits, int... head) {
        return new Block(bits, bytes(4, head));
    }

    private static Block block6(int bits, int... head) {
        return new Block(bits, bytes(16, head));
    }

    private static byte[] bytes(int length, int... head) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < head.length; i++) {
            bytes[i] = (byte) head[i];
        }
        return bytes;
    }

    /** All addresses of one family that begin with the same bits. */
    private static final class Block {
        private final int bits;
        private final byte[] start;

        Block(int bits, byte[] start) {
            this.bits = bits;
            this.start = start;
        }

        boolean contains(InetAddress address) {
            byte[] bytes = address.getAddress();
            if (bytes.length != start.length || (address instanceof Inet4Address) != (start.length == 4)) {
                return false;
            }
            int whole = bits / 8;
            int rest = bits % 8;
            return Arrays.equals(bytes, 0, whole, start, 0, whole)
                    && (rest == 0 || (bytes[whole] & 0xFF) >> (8 - rest) == (start[whole] & 0xFF) >> (8 - rest));
        }
    }
}
