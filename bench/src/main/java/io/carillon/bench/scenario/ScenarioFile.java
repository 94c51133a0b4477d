package io.carillon.bench.scenario;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Doc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file of scenarios, in YAML, with the keys of {@link ScenarioSpec}. */
public record ScenarioFile(
        @Doc("what is done, in this order") List<ScenarioSpec> scenarios) {
    public ScenarioFile {
        scenarios = List.copyOf(scenarios);
        Check.that(!scenarios.isEmpty(), "scenarios", "none", "one or more");
    }

    /** @throws io.carillon.runtime.config.ConfigException naming the offender */
    public static ScenarioFile read(Path file) {
        return ConfigLoader.load(ScenarioFile.class, file, Map.of());
    }

    /** A scenario with the defaults of its kind. */
    public static ScenarioSpec ofKind(ScenarioSpec.Kind kind) {
        String word = kind.word();
        return ConfigLoader.parse(
                ScenarioSpec.class,
                switch (kind) {
                    case CONNECT, STORM -> "kind: " + word + "\nconnections: 18000\nshare: 0.9\nrate: 1000";
                    case IDLE -> "kind: idle\nconnections: 18000\nmemory-from: 6000\nping: 10s\ntime: 40s";
                    case UPLINK -> "kind: uplink\nrate: 5000";
                    case FLAP, SLOW_READER -> "kind: " + word + "\nrate: 2000\nshare: 0.1";
                    case MIXED -> "kind: mixed\nrate: 5000\nshare: 0.1";
                    case UNICAST, BROADCAST -> "kind: " + word;
                });
    }
}
