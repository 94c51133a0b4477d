package io.carillon.bench.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Pauses out of a log that {@code -Xlog:gc,gc+phases:file=…:timemillis} writes; the same for ZGC and G1. */
public final class GcLog {
    private static final Pattern PAUSE = Pattern.compile("\\[(\\d+)ms\\].*\\bPause .*?(\\d+\\.\\d+)ms$");

    private GcLog() {}

    /** One pause. */
    public record Pause(long atMs, double ms) {}

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
