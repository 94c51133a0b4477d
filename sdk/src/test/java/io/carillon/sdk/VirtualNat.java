package io.carillon.sdk;

import io.carillon.sdk.VirtualWorld.FakeLink;

/** An address translator that forgets a connection on which nothing has passed for a while. */
final class VirtualNat {
    /** What becomes of a connection that was forgotten. */
    enum Mode {
        /** Packets vanish. */
        SILENT,
        /** The next packet is answered with a reset. */
        RESET_ON_PACKET,
        /** A reset goes out at the moment of forgetting. */
        RESET_AT_LIMIT
    }

    long limitMs;
    private final VirtualWorld world;
    private final Mode mode;
    /** Connections that it forgot before their packet came, or reset. */
    int forgotten;

    VirtualNat(VirtualWorld world, Mode mode, long limitSeconds) {
        this.world = world;
        this.mode = mode;
        this.limitMs = limitSeconds * 1_000;
    }

    /** Whether a packet on {@code link}, either way, arrives. */
    boolean passes(FakeLink link) {
        if (world.nowMs() - link.packetAtMs >= limitMs) {
            if (link.packetAtMs >= 0) {
                // Nothing brings it back.
                link.packetAtMs = Long.MIN_VALUE / 2;
                forgotten++;
            }
            if (mode != Mode.SILENT) {
                link.resetSoon();
            }
            return false;
        }
        link.packetAtMs = world.nowMs();
        if (mode == Mode.RESET_AT_LIMIT) {
            watch(link);
        }
        return true;
    }

    private void watch(FakeLink link) {
        long seenMs = link.packetAtMs;
        world.at(seenMs + limitMs, () -> {
            if (link.packetAtMs == seenMs && !link.closed) {
                passes(link);
            }
        });
    }
}
