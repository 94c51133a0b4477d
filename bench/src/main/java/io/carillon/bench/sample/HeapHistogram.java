package io.carillon.bench.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Live objects by class, after a full collection, as {@code jcmd PID GC.class_histogram} counts them. */
public final class HeapHistogram {
    // "   1:        12345        678900  [B (java.base@25)"
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    private final Map<String, Count> classes;

    /** Objects of a class. */
    public record Count(long objects, long bytes) {}

    /** What a class costs for each of something. */
    public record Share(String name, double objects, double bytes) {}

    private HeapHistogram(Map<String, Count> classes) {
        this.classes = classes;
    }

    /** Collects in full, and counts. */
    public static HeapHistogram of(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jcmd.waitFor() != 0) {
            throw new IOException("jcmd " + pid + " GC.class_histogram: " + text);
        }
        return parse(text);
    }

    static HeapHistogram parse(String text) {
        Map<String, Count> classes = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                Count count = new Count(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
                classes.merge(
                        matcher.group(3),
                        count,
                        (one, two) -> new Count(one.objects + two.objects, one.bytes + two.bytes));
            }
        }
        return new HeapHistogram(classes);
    }

    public long bytes() {
        return classes.values().stream().mapToLong(Count::bytes).sum();
    }

    /** What each class has grown by, for each of {@code per}, largest first. */
    public List<Share> growthSince(HeapHistogram before, long per) {
        List<Share> shares = new ArrayList<>();
        classes.forEach((name, now) -> {
            Count then = before.classes.getOrDefault(name, new Count(0, 0));
            shares.add(new Share(
                    name, (double) (now.objects - then.objects) / per, (double) (now.bytes - then.bytes) / per));
        });
        shares.sort(Comparator.comparingDouble(Share::bytes).reversed());
        return shares;
    }
}
