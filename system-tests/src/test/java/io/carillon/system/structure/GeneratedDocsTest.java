package io.carillon.system.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.carillon.runtime.config.ConfigDocs;
import io.carillon.runtime.metrics.Metric;
import io.carillon.runtime.metrics.MetricDocs;
import io.carillon.runtime.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Holds docs/configuration.md and docs/metrics.md to the code. With {@code -Ddocs.write=true} it writes them instead:
 * {@code mvn -pl system-tests -am test -Dtest=GeneratedDocsTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true}.
 */
class GeneratedDocsTest {
    private static final List<String> ROLES =
            List.of("dispatcher", "room", "register", "saver", "center", "coordinator");

    @Test
    void configurationIsDocumentedAsItIs() throws Exception {
        StringBuilder text = new StringBuilder("""
                # Configuration

                Generated from the records that check it; do not edit. A file is YAML: the section `node`, which all roles share, and the
                role's own keys beside it. Environment variables override the file: `CARILLON_` and the key in upper case, dots and dashes as
                underscores, lists separated by commas. Keys that do not exist, and values that can't be, are refused by name.

                Durations are written `250ms`, `30s`, `10m`, `24h`, `28d`; sizes `512`, `64KiB`, `16MiB`, `2GiB`.

                """);
        text.append(ConfigDocs.section("Every process", "node.", NodeConfig.class));
        for (String role : ROLES) {
            String name = Character.toUpperCase(role.charAt(0)) + role.substring(1);
            Class<? extends Record> type =
                    Class.forName("io.carillon." + role + "." + name + "Config").asSubclass(Record.class);
            text.append(ConfigDocs.section(role, "", type));
        }
        holds("docs/configuration.md", text.toString());
    }

    @Test
    void metricsAreDocumentedAsTheyAre() throws Exception {
        StringBuilder text = new StringBuilder("""
                # Metrics

                Generated from the code; do not edit. Every process serves them at `/metrics` of its admin endpoint, beside Micrometer's own of
                the JVM and the process. Timers have a histogram, so that percentiles can be merged over processes.

                """);
        List<JavaClass> enums = new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests()).importPackages("io.carillon").stream()
                        .filter(type -> type.isEnum() && type.isAssignableTo(Metric.class))
                        .sorted(Comparator.comparing(JavaClass::getName))
                        .toList();
        assertThat(enums).isNotEmpty();
        for (JavaClass type : enums) {
            List<Metric> metrics = Arrays.stream(Class.forName(type.getName()).getEnumConstants())
                    .map(Metric.class::cast)
                    .toList();
            text.append(MetricDocs.section(
                    type.getPackageName().replace("io.carillon.", "").replace(".metrics", ""), metrics));
        }
        holds("docs/metrics.md", text.toString());
    }

    private static void holds(String path, String expected) throws IOException {
        Path file = Path.of("..").resolve(path);
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(file, expected.stripTrailing() + "\n");
        }
        assertThat(Files.readString(file))
                .as("%s is not what the code says; see this test's comment", path)
                .isEqualTo(expected.stripTrailing() + "\n");
    }
}
