package io.carillon.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    @TempDir
    Path directory;

    enum Mode {
        FAST,
        VERY_SLOW
    }

    record Inner(
            @Doc("how long") @Default("5s") Duration idleTimeout,
            @Default("64KiB") ByteSize frameBytesMax) {
        Inner {
            Durations.requirePositive("idle-timeout", idleTimeout);
        }
    }

    record Outer(
            @Default("3") int count,
            @Doc("the listener") HostPort listen,
            @Default("very-slow") Mode mode,
            List<String> names,
            List<Inner> rows,
            Inner inner) {}

    record Section(@Default("x") String name) {}

    @Test
    void takesDefaultsWhereNothingIsGiven() {
        Outer outer = ConfigLoader.parse(Outer.class, "listen: 127.0.0.1:80");

        assertThat(outer)
                .isEqualTo(new Outer(
                        3,
                        new HostPort("127.0.0.1", 80),
                        Mode.VERY_SLOW,
                        List.of(),
                        List.of(),
                        new Inner(Duration.ofSeconds(5), new ByteSize(65_536))));
    }

    @Test
    void readsTheFileThenTheEnvironment() throws Exception {
        Path file = directory.resolve("c.yaml");
        Files.writeString(
                file,
                "listen: '[::1]:1'\ncount: 7\nnames: [a, b]\nrows:\n  - idle-timeout: 2m\ninner: {idle-timeout: 1s}\n");

        Outer outer = ConfigLoader.load(
                Outer.class,
                file,
                Map.of(
                        "CARILLON_COUNT",
                        "9",
                        "CARILLON_INNER_FRAME_BYTES_MAX",
                        "1MiB",
                        "CARILLON_NAMES",
                        "c,d",
                        "PATH",
                        "x"));

        assertThat(outer.count()).isEqualTo(9);
        assertThat(outer.names()).containsExactly("c", "d");
        assertThat(outer.rows()).extracting(Inner::idleTimeout).containsExactly(Duration.ofMinutes(2));
        assertThat(outer.inner()).isEqualTo(new Inner(Duration.ofSeconds(1), new ByteSize(1 << 20)));
    }

    @Test
    void readsASectionBesideTheRest() throws Exception {
        Path file = directory.resolve("c.yaml");
        Files.writeString(file, "section: {name: n}\nidle-timeout: 9s\n");

        var loaded = ConfigLoader.loadWithSection(
                "section", Section.class, Inner.class, file, Map.of("CARILLON_SECTION_NAME", "m"));

        assertThat(loaded.section().name()).isEqualTo("m");
        assertThat(loaded.rest().idleTimeout()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void namesTheOffenderAndTheExpectation() {
        refuses(
                "listen: 127.0.0.1:80\ncont: 3",
                "cont: no such key (expected: one of count, inner, listen, mode, names, rows)");
        refuses("count: 3", "listen: missing (the listener)");
        refuses("listen: nowhere", "listen: nowhere (expected: host:port)");
        refuses("listen: a:99999", "listen: a:99999 (expected: host:port)");
        refuses("listen: a:1\ncount: many", "count: many (expected: a number)");
        refuses("listen: a:1\nmode: odd", "mode: odd (expected: one of fast, very-slow)");
        refuses("listen: a:1\ninner: {idle-timeout: -5s}", "inner.idle-timeout: -5s (expected: > 0)");
        refuses(
                "listen: a:1\ninner: {idle-timeout: 5}",
                "inner.idle-timeout: 5 (expected: a duration such as 250ms, 30s, 10m or 24h)");
        refuses("listen: a:1\nrows: [{idle-timeout: 0s}]", "rows[0].idle-timeout: 0ms (expected: > 0)");
        refuses("listen: a:1\ninner: 3", "inner: 3 (expected: a mapping)");
        refuses("listen: [a]", "listen: a list (expected: one value)");
    }

    @Test
    void refusesAVariableThatNoKeyHas() {
        assertThatThrownBy(() -> ConfigLoader.load(Section.class, null, Map.of("CARILLON_NAEM", "x")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("CARILLON_NAEM: no such key");
    }

    @Test
    void saysWhichFileCantBeRead() {
        assertThatThrownBy(() -> ConfigLoader.load(Section.class, directory.resolve("none.yaml"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("none.yaml: can't be read");
    }

    @Test
    void documentsEveryKey() {
        assertThat(ConfigDocs.section("outer", "o.", Outer.class))
                .contains("| `o.inner.idle-timeout` | duration | `5s` | how long |")
                .contains("| `o.listen` | host:port | required | the listener |")
                .contains("| `o.rows[].frame-bytes-max` | size | `64KiB` |  |");
    }

    private static void refuses(String yaml, String message) {
        assertThatThrownBy(() -> ConfigLoader.parse(Outer.class, yaml))
                .isInstanceOf(ConfigException.class)
                .hasMessage(message);
    }
}
