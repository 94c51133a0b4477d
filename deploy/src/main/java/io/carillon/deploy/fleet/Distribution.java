package io.carillon.deploy.fleet;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the jars and the JVM options lie: ours in {@code lib/carillon}, the libraries in {@code lib/ext}, and
 * {@code jvm/ROLE.options}, below one directory.
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

    ClassArchive classArchive() {
        return new ClassArchive(home);
    }

    /** The libraries first: an archive of classes fits every class path that begins as the one it was made with. */
    private String libraries() {
        return home.resolve("lib/ext") + "/*";
    }

    /** The start of a command that makes an archive of the libraries' classes. */
    List<String> archiver() {
        return List.of(java(), options("archive"), "-cp", libraries());
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private String options(String role) {
        return "@" + home.resolve("jvm/embedded").resolve(role + ".options");
    }

    /** The start of a command that runs a class with the options of a role of the embedded fleet. */
    List<String> java(String role, @Nullable String extraOptions, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.add(options(role));
        if (extraOptions != null && !extraOptions.isBlank()) {
            command.addAll(List.of(extraOptions.trim().split("\\s+")));
        }
        command.addAll(more);
        command.add("-cp");
        command.add(libraries() + File.pathSeparator + home.resolve("lib/carillon") + "/*");
        return command;
    }
}
