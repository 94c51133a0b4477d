package io.carillon.center.message;

import java.time.Duration;

/**
 * How messages are put.
 *
 * @param deadline of all attempts for a request
 * @param attemptTimeout of one call
 * @param attemptsMax calls for an entry
 * @param callEntriesMax entries of one call
 * @param callBytesMax bytes of one call; a larger entry goes alone
 * @param callsInFlightMax calls of one request at the same time
 */
public record StoreBounds(
        Duration deadline,
        Duration attemptTimeout,
        int attemptsMax,
        int callEntriesMax,
        long callBytesMax,
        int callsInFlightMax) {
    public StoreBounds {
        if (deadline.compareTo(attemptTimeout) < 0) {
            throw new IllegalArgumentException(
                    "deadline: " + deadline + " (expected: at least the attempt time-out, " + attemptTimeout + ")");
        }
        requirePositive("attempts-max", attemptsMax);
        requirePositive("call-entries-max", callEntriesMax);
        requirePositive("call-bytes-max", callBytesMax);
        requirePositive("calls-in-flight-max", callsInFlightMax);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
