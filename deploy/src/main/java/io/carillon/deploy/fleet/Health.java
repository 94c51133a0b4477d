package io.carillon.deploy.fleet;

import io.carillon.deploy.fleet.FleetState.Member;
import io.carillon.deploy.store.Probes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalLong;

/** Asks a process whether it does what it is for. Thread-safe. */
final class Health implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    boolean ready(Member member) throws InterruptedException {
        if (!member.alive()) {
            return false;
        }
        return switch (member.role()) {
            case "redis" -> Probes.redis(member.port("redis"), TIMEOUT);
            case "mysql" -> Probes.mysql(member.port("mysql"), TIMEOUT);
            case "zookeeper" -> Probes.zooKeeper(member.port("zookeeper"), TIMEOUT);
            default -> get(member, "/readyz").statusCode == 200;
        };
    }

    /** What a service that isn't ready says about it; empty where it says nothing. */
    String reasons(Member member) throws InterruptedException {
        return member.ofStore() ? "" : get(member, "/readyz").body;
    }

    /** A gauge of the process's metrics, summed over its labels. */
    OptionalLong gauge(Member member, String metric) throws InterruptedException {
        Answer answer = get(member, "/metrics");
        if (answer.statusCode != 200) {
            return OptionalLong.empty();
        }
        double[] values = answer.body
                .lines()
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .toArray();
        return values.length == 0 ? OptionalLong.empty() : OptionalLong.of(Math.round(sum(values)));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private Answer get(Member member, String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + member.address("admin") + path))
                .timeout(TIMEOUT)
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, "");
        }
    }

    private record Answer(int statusCode, String body) {}
}
