package io.carillon.dispatcher.place;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Where a client is: the prefix table says first, then the databases, then the client itself. Thread-safe. */
public final class Places {
    private final PrefixTable prefixes;
    private final MaxMindFiles databases;
    private final SiteOrders orders;

    public Places(PrefixTable prefixes, MaxMindFiles databases, SiteOrders orders) {
        this.prefixes = prefixes;
        this.databases = databases;
        this.orders = orders;
    }

    /**
     * The order of sites for a client.
     *
     * @param address 4 or 16 bytes
     * @param claimed what the client says of itself
     */
    public String[] sites(byte[] address, Place claimed) {
        return orders.find(place(address, claimed));
    }

    Place place(byte[] address, Place claimed) {
        @Nullable Place listed = prefixes.find(address);
        Place known = listed == null ? Place.UNKNOWN : listed;
        if (!known.region().isEmpty() && !known.isp().isEmpty()) {
            return known;
        }
        return known.orElse(databases.find(inet(address))).orElse(claimed);
    }

    private static InetAddress inet(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address.length + " bytes (expected: 4 or 16)", e);
        }
    }
}
