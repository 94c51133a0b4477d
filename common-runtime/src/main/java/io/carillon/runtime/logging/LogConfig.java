package io.carillon.runtime.logging;

import ch.qos.logback.classic.Level;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.util.Locale;

/** What is logged, and how. Logs go to standard output. */
public record LogConfig(
        @Doc("text or json (one object a line)") @Default("text")
        Format format,

        @Doc("error, warn, info, debug or trace; changed in a running process through the admin endpoint")
        @Default("info")
        String level) {
    /** The form of a line. */
    public enum Format {
        TEXT,
        JSON
    }

    public LogConfig {
        Check.that(
                Level.toLevel(level, null) != null,
                "level",
                level.toLowerCase(Locale.ROOT),
                "error, warn, info, debug or trace");
    }
}
