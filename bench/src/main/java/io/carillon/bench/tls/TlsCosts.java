package io.carillon.bench.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Measures what a TLS 1.3 connection costs the server with the JDK's engine and with BoringSSL: the server's CPU for a full
 * and for a resumed handshake, and what an idle connection keeps on the heap and
 * outside of it. Everything is in memory, without sockets, behind the
 * handlers that a room has; the client is the same in all rows. Each row is a process of its own.
 *
 * <p>Arguments: a directory with {@code room.crt.pem} and {@code room.key.pem}, such as {@code data/tls} of a fleet.
 */
public final class TlsCosts {
    private static final int ROUNDS = 3;

    private TlsCosts() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 1) {
            System.err.println("a directory with room.crt.pem and room.key.pem is missing");
            System.exit(2);
        }
        print("engine", List.of("full us", "resumed us", "heap B", "native B"));
        for (int round = 0; round < ROUNDS; round++) {
            for (TlsEngine engine : TlsEngine.values()) {
                Map<String, String> row = new TreeMap<>();
                for (String what : List.of("handshakes", "memory")) {
                    row.putAll(measured(engine, what, Path.of(args[0])));
                }
                List<String> columns = Stream.of("full_us", "resumed_us", "heap_bytes", "native_bytes")
                        .map(name -> row.getOrDefault(name, "-"))
                        .toList();
                print(engine.name().toLowerCase(Locale.ROOT), columns);
            }
        }
    }

    private static void print(String name, List<String> columns) {
        System.out.printf(Locale.ROOT, "%-14s", name);
        columns.forEach(column -> System.out.printf(Locale.ROOT, " %12s", column));
        System.out.println();
    }

    private static Map<String, String> measured(TlsEngine engine, String what, Path certificates)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // All of the heap from the beginning: what the process grows by is outside of it.
                "-Xms1g",
                "-Xmx1g",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseG1GC",
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "-Dio.netty.leakDetection.level=disabled",
                "-cp",
                System.getProperty("java.class.path"),
                TlsProbe.class.getName(),
                engine.name(),
                what,
                certificates.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(engine + " " + what + " ended with " + process.exitValue() + ": " + said);
        }
        Map<String, String> figures = new TreeMap<>();
        said.lines().filter(line -> line.contains("=")).forEach(line -> {
            int at = line.indexOf('=');
            figures.put(line.substring(0, at), line.substring(at + 1));
        });
        return figures;
    }
}
