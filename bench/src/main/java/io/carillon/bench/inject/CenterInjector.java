package io.carillon.bench.inject;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.target.Target;
import io.carillon.deploy.http.CenterClient;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sends over the HTTP API of a fleet's centers, as a business does. */
public final class CenterInjector implements Injector {
    /** Requests without an answer. Who waits is late, and measured so. */
    private static final int IN_FLIGHT_MAX = 2_048;

    private static final int BROADCAST_TTL_SECONDS = 600;
    private static final long CLOSE_SECONDS = 5;

    private final CenterClient center;
    private final String durability;
    private final IntFunction<String> userOf;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private volatile String problem = "";

    public CenterInjector(Target fleet, IntFunction<String> userOf) {
        this.center = new CenterClient(fleet.centers(), fleet.apiKey());
        this.durability = fleet.durability();
        this.userOf = userOf;
    }

    @Override
    public void send(int device, long handle, byte[] payload, boolean qos0, Fate fate) {
        sendToSome(device, 1, payload, qos0, fate);
    }

    @Override
    public void sendToSome(int first, int count, byte[] payload, boolean qos0, Fate fate) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("payload_base64", Base64.getEncoder().encodeToString(payload));
        if (qos0) {
            body.put("qos", 0);
        } else {
            body.put("durability", durability);
        }
        List<String> users =
                IntStream.range(first, first + count).mapToObj(userOf).toList();
        inFlight.acquireUninterruptibly();
        center.message(users, body).whenComplete((answer, failure) -> {
            inFlight.release();
            onAnswer(count, answer, failure, fate);
        });
    }

    private void onAnswer(int count, CenterClient.@Nullable Answer answer, @Nullable Throwable failure, Fate fate) {
        if (answer == null || !answer.ok()) {
            problem = "messages: " + (answer == null ? String.valueOf(failure) : answer.problem());
            for (int i = 0; i < count; i++) {
                fate.onRefused();
            }
            return;
        }
        for (JsonNode result : answer.body().path("results")) {
            String status = result.path("status").asText();
            if (!status.equals("stored") && !status.equals("sent")) {
                fate.onRefused();
            }
        }
    }

    @Override
    public void flush() {}

    @Override
    public void sendToAll(long number, byte[] payload, boolean qos0) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("payload_base64", Base64.getEncoder().encodeToString(payload))
                .put("ttl_seconds", BROADCAST_TTL_SECONDS)
                .put("parallel", true);
        body.putObject("audience").put("all", true);
        center.broadcast(body).whenComplete((answer, failure) -> {
            if (answer == null || !answer.ok()) {
                problem = "broadcast: " + (answer == null ? String.valueOf(failure) : answer.problem());
            }
        });
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void close() {
        try {
            if (!inFlight.tryAcquire(IN_FLIGHT_MAX, CLOSE_SECONDS, TimeUnit.SECONDS)) {
                problem = "requests were not answered";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        center.close();
    }
}
