package io.carillon.bench.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class WorkerMainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Map<Long, String> serve(int answers, String... lines) throws IOException {
        new WorkerMain(new PrintStream(out, true, StandardCharsets.UTF_8))
                .serve(new BufferedReader(new StringReader(String.join("\n", lines))));
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> out.toString(StandardCharsets.UTF_8).lines().count() >= answers);
        Map<Long, String> errors = new TreeMap<>();
        for (String line : out.toString(StandardCharsets.UTF_8).split("\n", -1)) {
            if (!line.isEmpty()) {
                JsonNode answer = new ObjectMapper().readTree(line);
                errors.put(answer.path("id").asLong(), answer.path("error").asText());
            }
        }
        return errors;
    }

    @Test
    void answersEachTaskUnderItsId() throws IOException {
        assertThat(serve(2, "{\"id\":7,\"do\":\"connect\"}", "{\"id\":8,\"do\":\"dance\"}"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(7L, "connect: before setup", 8L, "dance: before setup"));
    }

    @Test
    void namesWhatIsWrongInASetup() throws IOException {
        String setup = "{\"target\":{\"kind\":\"c\",\"listeners\":[\"here\"]},\"worker\":0,\"run\":1,"
                + "\"prefix\":\"p\",\"first-device\":0,\"devices\":1,\"broadcast-devices\":1}";
        assertThat(serve(1, "{\"id\":1,\"do\":\"setup\",\"setup\":" + setup + "}"))
                .hasEntrySatisfying(1L, error -> assertThat(error).contains("here (expected: host:port)"));
    }

    @Test
    void endsOnQuitAndReadsNoFurther() throws IOException {
        assertThat(serve(0, "{\"do\":\"quit\"}", "{\"id\":9,\"do\":\"report\"}"))
                .isEmpty();
    }
}
