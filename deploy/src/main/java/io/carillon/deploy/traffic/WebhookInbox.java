package io.carillon.deploy.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A business's endpoint on a free port of this machine: takes what is signed as the Standard Webhooks specification says
 * and refuses everything else. Thread-safe; keeps what came, so for demonstrations, tests and load alone. For one that a
 * business begins with see WebhookReceiver among coordinator's tests.
 */
public final class WebhookInbox implements AutoCloseable {
    private static final String HMAC = "HmacSHA256";
    private static final String SECRET_PREFIX = "whsec_";
    private static final int SECRET_BYTES = 32;
    private static final int NO_CONTENT = 204;
    private static final int UNAUTHORIZED = 401;

    private final HttpServer server;
    private final byte[] secret = new byte[SECRET_BYTES];
    private final ConcurrentLinkedQueue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile Consumer<Delivery> before = delivery -> {};

    /** One thing that happened; those of a batch are taken apart. */
    public record Event(String type, JsonNode data) {}

    /**
     * One request that was signed.
     *
     * @param events one, or those of a batch
     */
    public record Delivery(String webhookId, List<Event> events) {
        public Delivery {
            events = List.copyOf(events);
        }
    }

    public WebhookInbox() throws IOException {
        new SecureRandom().nextBytes(secret);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::receive);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/webhooks";
    }

    /** To be given to Carillon along with the URL. */
    public String secret() {
        return SECRET_PREFIX + Base64.getEncoder().encodeToString(secret);
    }

    /** Called with each before it is answered, one at a time; may block. */
    public void beforeAnswering(Consumer<Delivery> consumer) {
        before = consumer;
    }

    /** What came, in its order. */
    public Stream<Delivery> deliveries() {
        return deliveries.stream();
    }

    /** What came, one by one, in its order. */
    public Stream<Event> events() {
        return deliveries.stream().flatMap(delivery -> delivery.events().stream());
    }

    /** True once such an event came. */
    public boolean has(String type, Predicate<JsonNode> data) {
        return events().anyMatch(event -> event.type().equals(type) && data.test(event.data()));
    }

    /** Requests that were not signed with the secret. */
    public int refused() {
        return refused.get();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!signed(exchange, body)) {
                refused.incrementAndGet();
                exchange.sendResponseHeaders(UNAUTHORIZED, -1);
                return;
            }
            Delivery delivery = new Delivery(header(exchange, "webhook-id"), events(new ObjectMapper().readTree(body)));
            deliveries.add(delivery);
            before.accept(delivery);
            exchange.sendResponseHeaders(NO_CONTENT, -1);
        }
    }

    private static List<Event> events(JsonNode body) {
        String type = body.path("type").asText().replaceFirst("\\.batch$", "");
        JsonNode data = body.path("data");
        return data.isArray()
                ? data.valueStream().map(one -> new Event(type, one)).toList()
                : List.of(new Event(type, data));
    }

    private boolean signed(HttpExchange exchange, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            mac.update((header(exchange, "webhook-id") + "." + header(exchange, "webhook-timestamp") + ".")
                    .getBytes(StandardCharsets.UTF_8));
            byte[] expected =
                    ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
            return Arrays.stream(header(exchange, "webhook-signature").split(" "))
                    .anyMatch(one -> MessageDigest.isEqual(expected, one.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
