package io.carillon.bench.target;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * What a process says of itself at {@code /metrics}, at one moment.
 *
 * @param text in Prometheus's text format
 */
public record MetricsPage(String text) {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;

    /**
     * Asks for it.
     *
     * @param admin host:port of the process's admin endpoint
     */
    public static MetricsPage of(HttpClient http, String admin) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + admin + "/metrics"))
                .timeout(TIMEOUT)
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != OK) {
            throw new IOException("http://" + admin + "/metrics answers " + answer.statusCode());
        }
        return new MetricsPage(answer.body());
    }

    /** The sum of what is called so and has that label, such as {@code area="heap"}; an empty one: any. */
    public long sum(String name, String label) {
        return text.lines()
                .filter(line -> line.startsWith(name) && line.contains(label))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** TLS handshakes of a room that ended so: {@code full}, {@code resumed} or {@code failed}. */
    public long handshakes(String outcome) {
        return sum("carillon_room_tls_handshakes_total", "outcome=\"" + outcome + "\"");
    }

    /** Bytes in direct buffers, the network's included. */
    public long directBytes() {
        return sum("jvm_buffer_memory_used_bytes", "id=\"direct\"") + sum("carillon_netty_direct_used", "");
    }
}
