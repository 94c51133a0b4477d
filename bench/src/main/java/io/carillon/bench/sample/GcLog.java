package io.carillon.bench.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Pauses out of a log that {@code -Xlog:gc,gc+phases,safepoint:file=…:timemillis} writes; the same for ZGC and G1. A collector's own
 * pauses are a part of its safepoints, which also count how long threads took to get there and away.
 */
public final class GcLog {
    private static final Pattern PAUSE = Pattern.compile("\\[(\\d+)ms\\].*\\bPause .*?(\\d+\\.\\d+)ms$");

    private static final Pattern SAFEPOINT =
            Pattern.compile("\\[(\\d+)ms\\].*\\bSafepoint \"(\\w+)\".*\\bTotal: +(\\d+) ns");
    private static final double NS_PER_MS = 1e6;

    private GcLog() {}

    /** One pause. */
    public record Pause(long atMs, double ms) {}

    /** One stop of all threads, for whatever reason; from the wish to stop until they go on. */
    public record Safepoint(String operation, Pause pause) {}

    /** All safepoints so far that ended at or after a time; none where there is no log. */
    public static List<Safepoint> safepointsSince(@Nullable Path log, long fromMs) throws IOException {
        List<Safepoint> safepoints = new ArrayList<>();
        if (log == null || !Files.exists(log)) {
            return safepoints;
        }
        for (String line : Files.readAllLines(log)) {
            Safepoint safepoint = parseSafepoint(line);
            if (safepoint != null && safepoint.pause.atMs >= fromMs) {
                safepoints.add(safepoint);
            }
        }
        return safepoints;
    }

    static @Nullable Safepoint parseSafepoint(String line) {
        Matcher matcher = SAFEPOINT.matcher(line);
        return matcher.find()
                ? new Safepoint(
                        matcher.group(2),
                        new Pause(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(3)) / NS_PER_MS))
                : null;
    }

    /** All pauses so far that began at or after a time; none where there is no log. */
    public static List<Pause> since(@Nullable Path log, long fromMs) throws IOException {
        List<Pause> pauses = new ArrayList<>();
        if (log == null || !Files.exists(log)) {
            return pauses;
        }
        for (String line : Files.readAllLines(log)) {
            Pause pause = parse(line);
            if (pause != null && pause.atMs >= fromMs) {
                pauses.add(pause);
            }
        }
        return pauses;
    }

    static @Nullable Pause parse(String line) {
        Matcher matcher = PAUSE.matcher(line);
        return matcher.find()
                ? new Pause(Long.parseLong(matcher.group(1)), Double.parseDouble(matcher.group(2)))
                : null;
    }
}
