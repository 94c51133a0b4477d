package io.carillon.runtime.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.runtime.config.HostPort;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AdminEndpointIT {
    private static final String KEY = "0123456789abcdef-admin";

    private final List<String> reasons = new CopyOnWriteArrayList<>();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AdminEndpoint admin = new AdminEndpoint(new HostPort("127.0.0.1", 0), meters, () -> reasons, KEY);

    @BeforeEach
    void start() {
        admin.start();
    }

    @AfterEach
    void stop() {
        admin.close();
        client.close();
    }

    @Test
    void isReadyOnlyWithoutReasonsAgainstIt() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        reasons.add("redis is away");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).contains("redis is away");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void showsMetricsAsPrometheusReadsThem() throws Exception {
        meters.counter("carillon.test.things").increment(3);
        assertThat(get("/metrics").body()).contains("carillon_test_things_total 3.0");
    }

    @Test
    void changesALogLevelForWhoHasTheKey() throws Exception {
        String body = "{\"logger\":\"io.carillon.runtime.admin.x\",\"level\":\"debug\"}";
        assertThat(put(body, "Bearer " + KEY).statusCode()).isEqualTo(200);
        assertThat(LoggerFactory.getLogger("io.carillon.runtime.admin.x").isDebugEnabled())
                .isTrue();

        assertThat(put(body, "Bearer wrong").statusCode()).isEqualTo(401);
        assertThat(put("{", "Bearer " + KEY).body()).contains("malformed_json");
        assertThat(put("{\"level\":\"loud\"}", "Bearer " + KEY).body()).contains("level: loud (expected: error");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> put(String body, String authorization) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/admin/v1/log-level"))
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .header("authorization", authorization)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + admin.address().getPort() + path);
    }
}
