package io.carillon.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.bench.wire.TlsKind;
import io.carillon.runtime.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenarioFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private ScenarioFile read(String text) throws IOException {
        return ScenarioFile.read(Files.writeString(directory.resolve("scenarios.yaml"), text));
    }

    @Test
    void readsScenariosInTheirOrder() throws IOException {
        ScenarioFile file = read("""
                scenarios:
                  - {kind: idle, connections: 900, memory-from: 300}
                  - {kind: slow-reader, time: 3s, share: 0.2}
                """);
        assertThat(file.scenarios())
                .extracting(ScenarioSpec::kind)
                .containsExactly(ScenarioSpec.Kind.IDLE, ScenarioSpec.Kind.SLOW_READER);
        assertThat(file.scenarios().get(1).time()).isEqualTo(Duration.ofSeconds(3));
        assertThat(file.scenarios().get(1).bytes()).isEqualTo(256);
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> read("scenarios: [{kind: idel}]"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("scenarios[0].kind: idel (expected: one of connect, idle");
        assertThatThrownBy(() -> read("scenarios: [{kind: idle}, {kind: unicast, bytes: 8}]"))
                .hasMessageContaining("scenarios[1].bytes: 8 (expected: 40 to 32768)");
        assertThatThrownBy(() -> read("scenarios: [{kind: idle, conections: 8}]"))
                .hasMessageContaining("scenarios[0].conections: no such key");
        assertThatThrownBy(() -> read("scenarios: [{kind: storm, share: 1}]"))
                .hasMessageContaining("share: 1.0 (expected: more than 0 and less than 1)");
        assertThatThrownBy(() -> read("scenarios: [{kind: idle, tls: resumed}]"))
                .hasMessageContaining("tls: resumed (expected: none or full, since devices log in once in idle)");
        assertThatThrownBy(() -> read("scenarios: [{kind: idle, tls: half}]"))
                .hasMessageContaining("scenarios[0].tls: half (expected: one of none, full, resumed");
        assertThatThrownBy(() -> read("scenarios: []")).hasMessageContaining("scenarios: none");
    }

    @Test
    void tlsIsPartOfAScenario() throws IOException {
        assertThat(read("scenarios: [{kind: connect}, {kind: connect, tls: full}, {kind: storm, tls: resumed}]")
                        .scenarios())
                .extracting(ScenarioSpec::tls)
                .containsExactly(TlsKind.NONE, TlsKind.FULL, TlsKind.RESUMED);
    }

    @Test
    void everyKindHasDefaults() {
        for (ScenarioSpec.Kind kind : ScenarioSpec.Kind.values()) {
            assertThat(ScenarioFile.ofKind(kind).kind()).isEqualTo(kind);
        }
    }

    @Test
    void optionsWinOverDefaults() {
        ScenarioSpec spec = ScenarioFile.ofKind(ScenarioSpec.Kind.IDLE)
                .with(new ScenarioSpec.Given(
                        600,
                        Duration.ofSeconds(1),
                        null,
                        null,
                        0,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
        assertThat(spec.connections()).isEqualTo(600);
        assertThat(spec.memoryFrom()).as("a third again").isEqualTo(200);
        assertThat(spec.qos()).isZero();
        assertThat(spec.ping()).isEqualTo(Duration.ofSeconds(10));
    }
}
