package io.carillon.bench.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Under what a run was made. What can't be found out is left out. */
public final class Conditions {
    private static final int TEXT_BYTES_MAX = 4096;

    private Conditions() {}

    public static ObjectNode read() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("processor", firstAfter("/proc/cpuinfo", "model name"))
                .put("memory", firstAfter("/proc/meminfo", "MemTotal"))
                .put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version())
                .put("open_files_max", firstAfter("/proc/self/limits", "Max open files"))
                .put("tcp_rmem", text(Path.of("/proc/sys/net/ipv4/tcp_rmem")))
                .put("tcp_wmem", text(Path.of("/proc/sys/net/ipv4/tcp_wmem")))
                .put(
                        "load_average",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())
                .put("version", version());
        return json;
    }

    /** In one read: the kernel's settings tell nothing to a second one. */
    private static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = new byte[TEXT_BYTES_MAX];
            int length = in.read(bytes);
            return new String(bytes, 0, Math.max(0, length), StandardCharsets.UTF_8)
                    .strip()
                    .replaceAll("\\s+", " ");
        } catch (IOException e) {
            return "";
        }
    }

    private static String firstAfter(String file, String key) {
        try {
            for (String line : Files.readAllLines(Path.of(file))) {
                if (line.startsWith(key)) {
                    return line.substring(key.length())
                            .replaceFirst("^[\\s:]+", "")
                            .replaceAll("\\s+", " ")
                            .strip();
                }
            }
        } catch (IOException e) {
            return "";
        }
        return "";
    }

    /** Of the checkout that this runs in. */
    private static String version() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--tags")
                    .redirectErrorStream(true)
                    .start();
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
