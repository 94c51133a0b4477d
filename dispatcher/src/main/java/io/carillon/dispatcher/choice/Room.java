package io.carillon.dispatcher.choice;

import com.dynatrace.hash4j.hashing.Hashing;
import io.carillon.runtime.discovery.NodeRecord;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A room that takes clients. Immutable. */
final class Room {
    /**
     * Free capacity counts in so many steps, so that a device's usual room stays the same while a room's load moves a
     * little. A full room keeps one step: it comes last, and is not taken away.
     */
    static final int FREE_STEPS = 16;

    final String name;
    final String site;
    final String pool;
    final long nameHash;
    /** Weight times free capacity; above 0. */
    final double share;

    final Address[] addresses;

    Room(NodeRecord node) {
        this.name = node.name();
        this.site = node.site();
        this.pool = node.pool();
        this.nameHash = Hashing.xxh3_64().hashCharsToLong(node.name());
        this.share = Math.max(1, node.weight()) * free(node.load());
        this.addresses = node.listeners().stream()
                .map(this::address)
                .filter(Objects::nonNull)
                .toArray(Address[]::new);
    }

    private @Nullable Address address(NodeRecord.Advertised listener) {
        Transport transport = Transport.of(listener.transport());
        return transport == null ? null : new Address(this, listener.host(), listener.port(), transport);
    }

    private static double free(NodeRecord.Load load) {
        if (load.capacity() <= 0) {
            return 1;
        }
        double free = 1 - load.connections() / (double) load.capacity();
        return Math.max(1, Math.round(free * FREE_STEPS)) / (double) FREE_STEPS;
    }

    /**
     * Weighted rendezvous hashing: of all rooms a device prefers the one with the highest score, each room is preferred
     * by its share of all devices, and a change of one room moves only devices to or from it (Schindelhauer and
     * Schomaker, 2005; the logarithmic method).
     */
    double score(long deviceHash) {
        double uniform = ((mix(deviceHash ^ nameHash) >>> 11) + 0.5) * 0x1p-53;
        return -share / Math.log(uniform);
    }

    /** Finalizer of SplitMix64. */
    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    @Override
    public String toString() {
        return name + Arrays.toString(addresses);
    }
}
