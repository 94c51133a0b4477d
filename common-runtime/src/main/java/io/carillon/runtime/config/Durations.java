package io.carillon.runtime.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as configuration writes them: {@code 250ms}, {@code 30s}, {@code 10m}, {@code 24h}, {@code 28d}. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("(-?\\d{1,15})\\s*(ms|s|m|h|d)");

    private Durations() {}

    /** @throws IllegalArgumentException where the text is of another form; a number without a unit is */
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text + " (expected: a duration such as 250ms, 30s, 10m or 24h)");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** The shortest form that {@link #parse} reads back. */
    public static String format(Duration duration) {
        long ms = duration.toMillis();
        if (ms % 1000 != 0 || ms == 0) {
            return ms + "ms";
        }
        long s = ms / 1000;
        if (s % 86_400 == 0) {
            return s / 86_400 + "d";
        }
        if (s % 3600 == 0) {
            return s / 3600 + "h";
        }
        return s % 60 == 0 ? s / 60 + "m" : s + "s";
    }

    /**
     * For compact constructors.
     *
     * @throws IllegalArgumentException where it is not above zero
     */
    public static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + ": " + format(value) + " (expected: > 0)");
        }
    }
}
