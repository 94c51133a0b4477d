package io.carillon.bench.dispatcher;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * Asks a dispatcher for rooms over kept connections, one question at a time on each, and prints lookups a second and
 * latencies. Arguments: base URL, app, connections, seconds.
 */
public final class LookupLoad {
    private static final long HIGHEST_US = 60_000_000;
    private static final String CONTENT_LENGTH = "content-length: ";

    private LookupLoad() {}

    public static void main(String[] args) throws Exception {
        URI base = URI.create(args[0]);
        int connections = Integer.parseInt(args[2]);
        long seconds = Long.parseLong(args[3]);
        run(base, args[1], connections, Math.max(3, seconds / 3));
        report(run(base, args[1], connections, seconds), connections, seconds);
    }

    private static Histogram run(URI base, String app, int connections, long seconds) throws Exception {
        long endNs = System.nanoTime() + seconds * 1_000_000_000L;
        Histogram all = new Histogram(HIGHEST_US, 3);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Histogram>> running = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int connection = i;
                running.add(threads.submit(() -> ask(base, app, connection, endNs)));
            }
            for (Future<Histogram> each : running) {
                all.add(each.get());
            }
        }
        return all;
    }

    private static Histogram ask(URI base, String app, int connection, long endNs) throws IOException {
        Histogram latencies = new Histogram(HIGHEST_US, 3);
        InetAddress[] addresses = InetAddress.getAllByName(base.getHost());
        try (Socket socket = new Socket(addresses[0], base.getPort())) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; System.nanoTime() < endNs; i++) {
                long startNs = System.nanoTime();
                String device = "device-" + connection + "-" + i;
                out.write(("GET /v1/rooms?app=" + app + "&device=" + device + "&network=wifi HTTP/1.1\r\nHost: "
                                + base.getHost() + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                readAnswer(in);
                latencies.recordValue(Math.min(HIGHEST_US, (System.nanoTime() - startNs) / 1000));
            }
        }
        return latencies;
    }

    /** One answer with a content length; anything but 200 ends the run. */
    private static void readAnswer(InputStream in) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException("answered " + status + " (expected: 200)");
        }
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, CONTENT_LENGTH, 0, CONTENT_LENGTH.length())) {
                length = Integer.parseInt(header.substring(CONTENT_LENGTH.length()));
            }
        }
        in.skipNBytes(length);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the dispatcher closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static void report(Histogram latencies, int connections, long seconds) {
        System.out.printf(
                "lookups=%d per_second=%d connections=%d p50_us=%d p99_us=%d p999_us=%d max_us=%d%n",
                latencies.getTotalCount(),
                latencies.getTotalCount() / seconds,
                connections,
                latencies.getValueAtPercentile(50),
                latencies.getValueAtPercentile(99),
                latencies.getValueAtPercentile(99.9),
                latencies.getMaxValue());
    }
}
