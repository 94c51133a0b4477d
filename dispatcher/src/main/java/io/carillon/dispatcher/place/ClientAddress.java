package io.carillon.dispatcher.place;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The address of a client behind proxies: the rightmost one that is not a trusted proxy's. A header counts only as far
 * as trusted proxies wrote it; one that can't be read ends the walk at the last address that is known. Immutable.
 */
public final class ClientAddress {
    private final Prefix[] trusted;

    /**
     * @param trusted prefixes of proxies
     * @throws IllegalArgumentException naming the offender
     */
    public ClientAddress(List<String> trusted) {
        this.trusted = trusted.stream().map(Prefix::parse).toArray(Prefix[]::new);
    }

    /**
     * @param peer of the connection, 4 or 16 bytes
     * @param headers the values of X-Forwarded-For or Forwarded, in the order of the message
     * @return 4 or 16 bytes
     */
    public byte[] find(byte[] peer, List<String> headers) {
        byte[] address = peer;
        for (int i = headers.size() - 1; i >= 0; i--) {
            String header = headers.get(i);
            int end = header.length();
            while (end >= 0) {
                if (!isTrusted(address)) {
                    return address;
                }
                int comma = header.lastIndexOf(',', end - 1);
                byte @Nullable [] before = node(header.substring(comma + 1, end).strip());
                if (before == null) {
                    return address;
                }
                address = before;
                end = comma;
            }
        }
        return address;
    }

    boolean isTrusted(byte[] address) {
        long high = Prefix.high(address);
        long low = Prefix.low(address);
        for (Prefix prefix : trusted) {
            if (prefix.contains(high, low)) {
                return true;
            }
        }
        return false;
    }

    /** One element of either header: an address, or {@code for="[…]:port";by=…;…}. */
    private static byte @Nullable [] node(String element) {
        String text = element;
        if (element.indexOf('=') >= 0) {
            text = "";
            for (String pair : element.split(";", -1)) {
                String trimmed = pair.strip();
                if (trimmed.regionMatches(true, 0, "for=", 0, 4)) {
                    text = trimmed.substring(4).strip();
                }
            }
        }
        if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1);
        }
        return Prefix.address(withoutPort(text));
    }

    private static String withoutPort(String text) {
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            return close < 0 ? "" : text.substring(1, close);
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
    }
}
