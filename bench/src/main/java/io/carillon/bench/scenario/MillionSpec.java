package io.carillon.bench.scenario;

import io.carillon.bench.check.TestMessage;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/**
 * Simulated connections in one room's process, and what goes on on them.
 *
 * @param memoryFrom connections at which memory is looked at first, and then at all of them
 * @param time how long heartbeats and traffic are measured, each
 * @param warmUp traffic before that
 * @param rate messages a second to those that stay
 * @param flapRate connections a second that hang up and come back a second later
 * @param share of the connections, those that do so in turn
 * @param ping between two of a device
 */
public record MillionSpec(
        int connections,
        int memoryFrom,
        Duration time,
        Duration warmUp,
        int bytes,
        double rate,
        double flapRate,
        double share,
        Duration ping) {
    private static final int CONNECTIONS_MAX = 1_000_000;
    private static final double RATE_MAX = 1_000_000;
    private static final int SECONDS_MAX = 1_000;

    public MillionSpec {
        Check.range("connections", connections, 10, CONNECTIONS_MAX);
        Check.range("memory-from", memoryFrom, 1, connections - 1);
        Durations.requirePositive("time", time);
        Check.that(time.toSeconds() <= SECONDS_MAX, "time", time, "at most " + SECONDS_MAX + "s");
        Check.that(
                !warmUp.isNegative() && warmUp.toSeconds() <= SECONDS_MAX,
                "warm-up",
                warmUp,
                "0s to " + SECONDS_MAX + "s");
        Check.range("bytes", bytes, TestMessage.BYTES_MIN, 32_768);
        Check.that(rate > 0 && rate <= RATE_MAX, "rate", rate, "more than 0, at most " + RATE_MAX);
        Check.that(flapRate > 0 && flapRate <= RATE_MAX, "flap-rate", flapRate, "more than 0, at most " + RATE_MAX);
        Check.that(
                share > 0 && share < 1 && share * connections >= 2,
                "share",
                share,
                "more than 0 and less than 1, of two connections or more");
        Check.that(ping.toSeconds() >= 1 && ping.toSeconds() <= 1_760, "ping", ping, "1s to 1760s");
    }

    /** The first of those that come and go. */
    int staying() {
        return connections - (int) (connections * share);
    }

    double seconds() {
        return time.toNanos() / 1e9;
    }

    double warmUpSeconds() {
        return warmUp.toNanos() / 1e9;
    }
}
