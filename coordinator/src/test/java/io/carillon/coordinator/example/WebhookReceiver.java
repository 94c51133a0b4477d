package io.carillon.coordinator.example;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A complete receiver of webhooks: {@code java WebhookReceiver.java 8090 whsec_...}. Checks the signature after the
 * Standard Webhooks specification, takes each webhook-id once, and prints the events. The JDK is all that it needs.
 */
public final class WebhookReceiver implements AutoCloseable {
    private static final int BODY_BYTES_MAX = 1 << 20;
    /** As the specification recommends: what is older may be a recording. */
    private static final long TOLERANCE_S = 300;

    private static final int IDS_MAX = 100_000;

    private final byte[] key;
    private final Clock clock;
    private final Consumer<String> events;
    private final HttpServer server;
    /** A real receiver keeps these where it keeps what the events did, in one transaction. */
    private final Set<String> seen = Collections.synchronizedSet(Collections.newSetFromMap(new Seen()));

    /**
     * Listens on the loopback address.
     *
     * @param port 0: a free one
     * @param secret whsec_ and base64, as {@code PUT /v1/webhooks} took or made it
     * @param events gets each event's JSON once
     */
    public WebhookReceiver(int port, String secret, Clock clock, Consumer<String> events) throws IOException {
        key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
        this.clock = clock;
        this.events = events;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::receive);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public static void main(String[] args) throws IOException {
        WebhookReceiver receiver =
                new WebhookReceiver(Integer.parseInt(args[0]), args[1], Clock.systemUTC(), System.out::println);
        System.out.println("listening on http://127.0.0.1:" + receiver.port() + "/");
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
            exchange.sendResponseHeaders(status(exchange.getRequestHeaders(), body), -1);
        }
    }

    /** 2xx: it is ours now. Anything else: it comes again. */
    private int status(Headers headers, byte[] body) {
        String id = headers.getFirst("webhook-id");
        String timestamp = headers.getFirst("webhook-timestamp");
        String signatures = headers.getFirst("webhook-signature");
        if (id == null || timestamp == null || signatures == null || !recent(timestamp)) {
            return 400;
        }
        if (!signed(id, timestamp, body, signatures)) {
            return 401;
        }
        if (seen.add(id)) {
            events.accept(new String(body, StandardCharsets.UTF_8));
        }
        return 204;
    }

    private boolean recent(String timestamp) {
        try {
            return Math.abs(clock.instant().getEpochSecond() - Long.parseLong(timestamp)) <= TOLERANCE_S;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** While a secret is changed there are several signatures, parted by blanks; one that fits is enough. */
    private boolean signed(String id, String timestamp, byte[] body, String signatures) {
        byte[] expected = hmac(id, timestamp, body);
        for (String signature : signatures.split(" ", -1)) {
            String text = "v1," + Base64.getEncoder().encodeToString(expected);
            if (MessageDigest.isEqual(
                    text.getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.US_ASCII))) {
                return true;
            }
        }
        return false;
    }

    private byte[] hmac(String id, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** The last ids; the one that came first goes. */
    private static final class Seen extends LinkedHashMap<String, Boolean> {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > IDS_MAX;
        }
    }
}
