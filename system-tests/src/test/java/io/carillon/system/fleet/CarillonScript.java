package io.carillon.system.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The distribution's {@code carillon} script as a user calls it. */
final class CarillonScript {
    private static final Path SCRIPT = Path.of("..", "deploy", "target", "dist", "bin", "carillon")
            .toAbsolutePath()
            .normalize();
    private static final int LIMIT_S = 300;

    private CarillonScript() {}

    /** Exit status, and both outputs together. */
    record Result(int status, String output) {}

    /** Calls it to its end. */
    static Result call(String... arguments) throws IOException, InterruptedException {
        return call(Map.of(), arguments);
    }

    static Result call(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("carillon", ".out");
        Process process = start(output, environment, arguments);
        if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("carillon did not end within " + LIMIT_S + " s: " + Files.readString(output));
        }
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        return new Result(process.exitValue(), said);
    }

    /** Starts it; both outputs go to a file. */
    static Process start(Path output, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
        builder.environment().put("CARILLON_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
