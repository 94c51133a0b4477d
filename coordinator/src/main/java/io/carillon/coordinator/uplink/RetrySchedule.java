package io.carillon.coordinator.uplink;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** When a failed uplink is tried again: fixed pauses with jitter, and after the last of them never. Thread-safe. */
public final class RetrySchedule {
    /** What the Standard Webhooks specification recommends; with the first attempt ten. */
    public static final List<Duration> STANDARD = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    /**
     * For presence, of which only the last state counts: whoever comes back within half an hour has it right again within
     * half a minute. After that like the others.
     */
    public static final List<Duration> PRESENCE = Stream.of(
                    Stream.of(Duration.ofSeconds(5)),
                    Stream.generate(() -> Duration.ofSeconds(20)).limit(90),
                    STANDARD.stream().skip(2))
            .flatMap(Function.identity())
            .toList();

    private static final double JITTER = 0.2;

    private final List<Duration> pauses;
    private final RandomGenerator random;

    /** @param random safe for use by several threads */
    public RetrySchedule(List<Duration> pauses, RandomGenerator random) {
        this.pauses = List.copyOf(pauses);
        this.random = random;
    }

    /** Milliseconds from the {@code failures}-th failure to the next attempt; -1 where that was the last. */
    long pauseMs(int failures) {
        if (failures > pauses.size()) {
            return -1;
        }
        long base = pauses.get(failures - 1).toMillis();
        return (long) (base * (1 + JITTER * random.nextDouble()));
    }
}
