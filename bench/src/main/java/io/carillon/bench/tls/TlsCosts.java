package io.carillon.bench.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures what a TLS 1.3 connection costs the server with the JDK's engine and with BoringSSL: the server's CPU for a full
 * and for a resumed handshake, and what an idle connection keeps. Everything is in memory, without sockets, behind the
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
        System.out.printf(
                Locale.ROOT,
                "%-8s %14s %14s %12s %12s %12s%n",
                "engine",
                "full us",
                "resumed us",
                "heap B",
                "rss B",
                "resumed");
        for (int round = 0; round < ROUNDS; round++) {
            for (TlsEngine engine : TlsEngine.values()) {
                Map<String, String> row = new TreeMap<>();
                for (String what : List.of("handshakes", "memory")) {
                    row.putAll(measured(engine, what, Path.of(args[0])));
                }
                System.out.printf(
                        Locale.ROOT,
                        "%-8s %14s %14s %12s %12s %12s%n",
                        engine.name().toLowerCase(Locale.ROOT),
                        row.get("full_us"),
                        row.get("resumed_us"),
                        row.get("heap_bytes"),
                        row.get("rss_bytes"),
                        row.get("resumed"));
            }
        }
    }

    private static Map<String, String> measured(TlsEngine engine, String what, Path certificates)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
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
