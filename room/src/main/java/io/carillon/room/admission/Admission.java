package io.carillon.room.admission;

import io.carillon.room.loop.Loop;
import io.carillon.room.session.Refusal;
import io.carillon.runtime.net.Networks;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides who comes in. Thread-safe.
 *
 * <p>Twice: at the accept, before anything is spent on the connection, by its address; and at CONNECT, by the device and by
 * what the room can bear. Sessions that are logged in are never touched: what is short is kept for them.
 *
 * <p>Who is refused is told when to come again: U(0.5, 1.5) times the seconds that all who want in now need at the rate at which
 * they are let in. They are those whose sessions this room saw vanish within the last minute, or those it refused within that
 * time if they are more (they may have come from a room that died). The rate is that of the last ten seconds, at least a tenth
 * of the configured one.
 */
public final class Admission {
    private static final int RATE_SECONDS = 10;
    private static final int MINUTE_SECONDS = 60;
    private static final int UNLIMITED_RATE_TOLD = 1000;
    private static final double MILLIS = 1000;

    private final AdmissionLimits limits;
    private final int connectionsMax;
    private final IntSupplier connections;
    private final IntSupplier backlog;
    private final MemoryWatch memory;
    private final LongSupplier nanoTime;
    private final DoubleSupplier random;
    private final AdmissionCounters counters;
    private final Networks trusted;
    private final @Nullable RateTable addresses;
    private final @Nullable RateTable prefixes;
    private final @Nullable RateTable devices;
    private final @Nullable RateTable logins;
    private final Map<Loop, Handshakes> handshakes = new HashMap<>();
    private final AtomicInteger visitors = new AtomicInteger();
    /** Addresses that have visitors: bounded as these are. */
    private final Map<Long, Integer> visitorsOfAddress = new ConcurrentHashMap<>();

    private final LastMinute lost = new LastMinute();
    private final LastMinute refused = new LastMinute();
    private final LastMinute loggedIn = new LastMinute();

    /**
     * What surrounds the door.
     *
     * @param connections how many the room has
     * @param backlog sessions that wait for a register
     * @param random uniform from 0 to 1
     */
    public record Surroundings(
            int connectionsMax,
            IntSupplier connections,
            IntSupplier backlog,
            MemoryWatch memory,
            LongSupplier nanoTime,
            DoubleSupplier random,
            AdmissionCounters counters) {}

    /** What became of an arrival: a {@link Visit}, or a refusal with the time to come again. */
    public record Arrival(@Nullable Visit visit, RefusalReason reason, int retryAfterMs) {}

    public Admission(AdmissionLimits limits, Surroundings around, List<? extends Loop> loops) {
        this.limits = limits;
        this.connectionsMax = around.connectionsMax;
        this.connections = around.connections;
        this.backlog = around.backlog;
        this.memory = around.memory;
        this.nanoTime = around.nanoTime;
        this.random = around.random;
        this.counters = around.counters;
        this.trusted = Networks.parse("trusted", limits.trusted());
        this.addresses = bySecond(limits.addressesMax(), limits.acceptPerAddress());
        this.prefixes = bySecond(limits.addressesMax(), limits.acceptPerPrefix());
        this.logins = bySecond(1, limits.loginRate());
        int perMinute = limits.deviceLoginsPerMinute();
        this.devices = perMinute == 0
                ? null
                : new RateTable(
                        limits.devicesMax(),
                        (double) perMinute / MINUTE_SECONDS,
                        perMinute,
                        limits.deviceRefusal().toNanos(),
                        nanoTime.getAsLong());
        int each = Math.ceilDiv(limits.handshakesMax(), loops.size());
        for (Loop loop : loops) {
            handshakes.put(
                    loop, new Handshakes(loop, each, limits.handshakePatience().toNanos()));
        }
    }

    private @Nullable RateTable bySecond(int entriesMax, int rate) {
        return rate == 0 ? null : new RateTable(entriesMax, rate, rate, 0, nanoTime.getAsLong());
    }

    /**
     * A connection was accepted.
     *
     * @param exempt the limits by address and device don't hold for it
     */
    public Arrival arrive(Loop loop, InetAddress address, boolean exempt) {
        boolean free = exempt || address.isLoopbackAddress() || trusted.contains(address);
        long key = AddressKey.of(address);
        RefusalReason reason = refusal(key, free);
        if (reason != null) {
            count(reason);
            return new Arrival(null, reason, retryAfterMs());
        }
        visitors.incrementAndGet();
        visitorsOfAddress.merge(key, 1, Integer::sum);
        Handshakes of = handshakes.get(loop);
        if (of == null) {
            throw new IllegalArgumentException("not a loop of this room: " + loop);
        }
        return new Arrival(new Visit(this, of, key, free), RefusalReason.FULL, 0);
    }

    private @Nullable RefusalReason refusal(long key, boolean free) {
        long nowNs = nanoTime.getAsLong();
        if (connections.getAsInt() >= connectionsMax) {
            return RefusalReason.FULL;
        }
        if (!free && addresses != null && addresses.take(key, nowNs) > 0) {
            return RefusalReason.ADDRESS;
        }
        if (!free && prefixes != null && prefixes.take(AddressKey.prefix(key), nowNs) > 0) {
            return RefusalReason.PREFIX;
        }
        if (!free && visitorsOfAddress.getOrDefault(key, 0) >= limits.unauthenticatedPerAddressMax()) {
            return RefusalReason.UNAUTHENTICATED_OF_ADDRESS;
        }
        return visitors.get() >= limits.unauthenticatedMax() ? RefusalReason.UNAUTHENTICATED : null;
    }

    void left(long addressKey) {
        visitors.decrementAndGet();
        visitorsOfAddress.computeIfPresent(addressKey, (any, count) -> count == 1 ? null : count - 1);
    }

    /** CONNECT came. Null: it may log in. */
    @Nullable
    Refusal login(String deviceId, long addressKey, boolean free) {
        long nowNs = nanoTime.getAsLong();
        // With its network, lest somebody elsewhere uses up the logins of a device whose id he knows.
        long deviceKey = AddressKey.prefix(addressKey) * 31 + hash(deviceId);
        RateTable counted = free ? null : devices;
        long waitNs = counted == null ? 0 : counted.take(deviceKey, nowNs);
        if (waitNs > 0) {
            count(RefusalReason.DEVICE);
            int waitMs = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(waitNs) + 1);
            return new Refusal(RefusalReason.DEVICE.text(), waitMs);
        }
        RefusalReason reason = shortage(nowNs);
        if (reason == null) {
            return null;
        }
        if (counted != null) {
            counted.giveBack(deviceKey, nowNs);
        }
        count(reason);
        return new Refusal(reason.text(), retryAfterMs());
    }

    private @Nullable RefusalReason shortage(long nowNs) {
        if (memory.tight()) {
            return RefusalReason.MEMORY;
        }
        if (backlog.getAsInt() > limits.loginBacklogMax()) {
            return RefusalReason.BACKLOG;
        }
        return logins != null && logins.take(0, nowNs) > 0 ? RefusalReason.LOGIN_RATE : null;
    }

    /** FNV-1a: a different one for nearly every device. */
    private static long hash(String text) {
        long hash = 0xCBF2_9CE4_8422_2325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100_0000_01B3L;
        }
        return hash;
    }

    /** Counts what was refused elsewhere for one of the reasons, too. */
    public void count(RefusalReason reason) {
        counters.refused(reason);
        if (reason != RefusalReason.DENIED && reason != RefusalReason.UPGRADE) {
            refused.add(nanoTime.getAsLong());
        }
    }

    void countLogin() {
        loggedIn.add(nanoTime.getAsLong());
    }

    /** A session ended without a goodbye; its device will be back. */
    public void countLost() {
        lost.add(nanoTime.getAsLong());
    }

    /** What BUSY says. */
    private int retryAfterMs() {
        long nowNs = nanoTime.getAsLong();
        int configured = limits.loginRate() == 0 ? UNLIMITED_RATE_TOLD : limits.loginRate();
        double measured = (double) loggedIn.sum(nowNs, RATE_SECONDS) / RATE_SECONDS;
        double rate = Math.clamp(measured, Math.max(1, configured / 10.0), configured);
        double coming = Math.max(lost.sum(nowNs, MINUTE_SECONDS), refused.sum(nowNs, MINUTE_SECONDS));
        double spread = 0.5 + random.getAsDouble();
        double leastMs = limits.retryMin().toMillis();
        double toldMs = spread * Math.max(leastMs, MILLIS * coming / rate);
        return (int) Math.min((long) toldMs, limits.retryMax().toMillis());
    }

    /** Connections that are not logged in. */
    public int visitors() {
        return visitors.get();
    }
}
