package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.system.fleet.CarillonScript.Result;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong calls of the command: a sentence that says what to do, a status that isn't 0, and nothing begun. */
@Tag("slow")
class BadInputIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "frobnicate                    | 2 | Unmatched argument at index 0: 'frobnicate'",
                "up --rooms 0                  | 2 | --rooms: 0 (expected: 1 to 64)",
                "up --rooms many               | 2 | 'many' is not an int",
                "up --config none.yaml         | 1 | none.yaml: no such file",
                "push --user bob               | 2 | Missing required parameter: 'TEXT'",
                "push hello                    | 2 | Missing required option: '--user=U'",
                "device                        | 2 | Missing required argument",
                "device --user a --count 0     | 1 | no fleet in",
                "demo --devices 0              | 2 | --devices: 0 (expected: 1 to 5000)",
                "kill room-1                   | 1 | no fleet in",
                "status                        | 1 | no fleet in",
                "down                          | 1 | no fleet in",
                "restart                       | 2 | expected: NAME, or --role ROLE",
                "restart room-1 --role room    | 2 | expected: NAME, or --role ROLE",
                "restart room-1 --drain        | 1 | no fleet in",
                "restart --role room --drain   | 1 | no fleet in",
                "run                           | 1 | expected one of room, register",
                "run gateway                   | 1 | run: gateway: expected one of room, register",
                "run room --config none.yaml   | 1 | none.yaml: no such file",
                "run room --nme x              | 1 | unknown argument '--nme'",
            })
    void aWrongCallIsExplained(String arguments, int status, String complaint) throws Exception {
        Result result = CarillonScript.call(
                Map.of("CARILLON_DATA", directory.toString()), arguments.strip().split(" +"));
        assertThat(result.output()).contains(complaint).doesNotContain("\tat ");
        assertThat(result.status()).isEqualTo(status);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    @Tag("linux")
    void aPortNamedInConfigurationThatIsTakenIsAnError() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path config = directory.resolve("fleet.yaml");
            Files.writeString(config, "ports: {center: " + taken.getLocalPort() + "}\n");
            Result result = CarillonScript.call(
                    "up", "--detach", "--data", directory.resolve("data").toString(), "--config", config.toString());
            assertThat(result.status()).isEqualTo(1);
            assertThat(result.output()).contains("ports.center: " + taken.getLocalPort() + " is taken");
        }
    }

    @Test
    void aDataDirectoryThatCannotBeWrittenIsAnError() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Result result = CarillonScript.call(
                "up", "--detach", "--data", file.resolve("data").toString());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("data directory").contains("can't be written");
    }

    @Test
    void aMissingJdkIsAnError() throws Exception {
        Result result = CarillonScript.call(Map.of("CARILLON_JAVA_HOME", directory.toString()), "status");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("CARILLON_JAVA_HOME=" + directory).contains("is no JDK 25");
    }

    @Test
    void aServiceWithAWrongConfigurationNamesTheOffender() throws Exception {
        Path config = directory.resolve("room.yaml");
        Files.writeString(
                config,
                "node: {rpc-secret: 0123456789abcdef, data-directory: %s}\nconnections-max: -5\n".formatted(directory));
        Result result = CarillonScript.call("run", "room", "--config", config.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output()).contains("connections-max: -5").doesNotContain("\tat ");
    }
}
