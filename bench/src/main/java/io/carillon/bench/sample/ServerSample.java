package io.carillon.bench.sample;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One look at a server.
 *
 * @param userTicks processor time in user mode since its start, 1/100 s
 * @param systemTicks in the kernel
 * @param socketBytes what waits in all TCP sockets of the machine
 * @param slabBytes the kernel's own objects, the machine's sockets among them
 */
public record ServerSample(
        long atNs, long userTicks, long systemTicks, long rssBytes, long socketBytes, long slabBytes) {
    private static final double NS_PER_TICK = 1e7;

    /** Percent of one core since an earlier look. */
    public double cpuPercentSince(ServerSample before) {
        long ticks = userTicks - before.userTicks + systemTicks - before.systemTicks;
        return 100 * ticks * NS_PER_TICK / Math.max(1, atNs - before.atNs);
    }

    public double systemPercentSince(ServerSample before) {
        return 100 * (systemTicks - before.systemTicks) * NS_PER_TICK / Math.max(1, atNs - before.atNs);
    }

    /** Microseconds of processor time since an earlier look. */
    public double cpuMicrosSince(ServerSample before) {
        return (userTicks - before.userTicks + systemTicks - before.systemTicks) * NS_PER_TICK / 1_000;
    }

    public void writeTo(ObjectNode json) {
        json.put("rss_bytes", rssBytes).put("socket_bytes", socketBytes).put("slab_bytes", slabBytes);
    }
}
