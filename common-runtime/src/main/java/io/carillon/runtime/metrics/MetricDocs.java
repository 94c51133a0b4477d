package io.carillon.runtime.metrics;

import java.util.List;
import java.util.Locale;

/** Writes docs/metrics.md's tables from the enums. */
public final class MetricDocs {
    private MetricDocs() {}

    /** A Markdown section: a heading and one row a metric. */
    public static String section(String title, List<? extends Metric> metrics) {
        StringBuilder out = new StringBuilder("## ").append(title).append("\n\n");
        out.append("| metric | kind | unit | what it says | worth an alarm |\n|---|---|---|---|---|\n");
        for (Metric metric : metrics) {
            out.append("| `").append(prometheusName(metric)).append("` | ");
            out.append(metric.kind().name().toLowerCase(Locale.ROOT)).append(" | ");
            out.append(metric.unit()).append(" | ").append(metric.description()).append(" | ");
            out.append(metric.alarm()).append(" |\n");
        }
        return out.append('\n').toString();
    }

    /** The name under which Prometheus finds it. */
    static String prometheusName(Metric metric) {
        String name = metric.id().replace('.', '_').replace('-', '_');
        return switch (metric.kind()) {
            case COUNTER -> name + "_total";
            case TIMER -> name + "_seconds";
            case GAUGE, SUMMARY -> name;
        };
    }
}
