package io.carillon.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds PROTOCOL.md against the code. */
class ProtocolDumpTest {
    private final ProtocolPage page = new ProtocolPage();

    @Test
    void everyDumpIsWhatTheCodecWrites() {
        Map<String, byte[]> written = SampleFrames.all();

        assertThat(page.dumps().keySet()).containsExactlyInAnyOrderElementsOf(written.keySet());
        page.dumps().forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(written.get(name)));
    }

    @Test
    void everyFrameTypeHasADump() throws IllegalAccessException {
        Set<Integer> dumped = page.dumps().values().stream()
                .map(bytes -> (int) bytes[0])
                .collect(Collectors.toCollection(TreeSet::new));
        Set<Integer> types = new TreeSet<>();
        for (Field field : FrameType.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers()) && !field.getName().equals("SKIPPABLE")) {
                types.add(field.getInt(null));
            }
        }

        assertThat(dumped).isEqualTo(types);
    }

    @Test
    void theProtobufBodiesAreTheSource() throws Exception {
        String source = Files.readString(Path.of("src/main/protobuf-client/carillon/client/frames.proto"));

        assertThat(page.proto()).isEqualTo(source);
    }

    @Test
    void everyCodeIsInTheTable() throws Exception {
        String text = Files.readString(Path.of("PROTOCOL.md"));

        for (ProtocolCode code : ProtocolCode.values()) {
            assertThat(text).contains("| " + code.wire() + " | " + code.name() + " |");
        }
    }
}
