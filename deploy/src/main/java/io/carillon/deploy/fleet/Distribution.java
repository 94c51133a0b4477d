package io.carillon.deploy.fleet;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the jars and the JVM options lie: {@code lib/*.jar} and {@code jvm/ROLE.options} below one directory.
 *
 * @param home that directory
 */
public record Distribution(Path home) {
    /**
     * The distribution that this code was loaded from, or the one that the system property {@code carillon.home} names.
     */
    public static Distribution current() throws FleetException {
        String named = System.getProperty("carillon.home");
        if (named != null) {
            return new Distribution(Path.of(named).toAbsolutePath());
        }
        CodeSource source = Distribution.class.getProtectionDomain().getCodeSource();
        if (source != null) {
            Path home = around(source);
            if (home != null) {
                return new Distribution(home);
            }
        }
        throw new FleetException(
                "no distribution lies around this code; build one with 'mvn package' and name it with -Dcarillon.home=DIR");
    }

    private static @Nullable Path around(CodeSource source) {
        try {
            URI location = source.getLocation().toURI();
            Path code = Path.of(location);
            for (Path directory = code; directory != null; directory = directory.getParent()) {
                // Beside the jar, and, in a build, below the directory of the compiled classes.
                for (Path candidate : List.of(directory, directory.resolve("dist"))) {
                    if (Files.isDirectory(candidate.resolve("lib")) && Files.isDirectory(candidate.resolve("jvm"))) {
                        return candidate;
                    }
                }
                if (Files.exists(directory.resolve("pom.xml"))) {
                    return null;
                }
            }
            return null;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }

    /** The start of a command that runs a class with the options of a role of the embedded fleet. */
    List<String> java(String role, @Nullable String extraOptions) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + home.resolve("jvm/embedded").resolve(role + ".options"));
        if (extraOptions != null && !extraOptions.isBlank()) {
            command.addAll(List.of(extraOptions.trim().split("\\s+")));
        }
        command.add("-cp");
        command.add(home.resolve("lib") + "/*");
        return command;
    }
}
