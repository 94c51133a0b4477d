package io.carillon.sdk.route;

import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.route.JsonReader.MalformedJsonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/rooms} of the dispatchers, one after the other until one answers. Thread-safe. */
public final class DispatcherClient implements RoomLookup {
    private static final int CONNECT_TIMEOUT_MS = 3_000;
    private static final int READ_TIMEOUT_MS = 12_000;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    /** What is sent of the addresses that failed; the rest would tell the dispatcher nothing more. */
    private static final int TRIED_MAX = 16;

    private final List<URI> dispatchers;
    private final boolean tlsOnly;
    private final String deviceId;
    private final String region;
    private final String isp;
    private final @Nullable SSLContext trust;
    private final Executor background;

    /** The one that answered last. Benign race: two lookups at once cost one needless try. */
    private final AtomicInteger preferred = new AtomicInteger();

    public DispatcherClient(
            List<URI> dispatchers,
            boolean tlsOnly,
            String deviceId,
            String region,
            String isp,
            @Nullable SSLContext trust,
            Executor background) {
        this.dispatchers = new ArrayList<>(dispatchers);
        this.tlsOnly = tlsOnly;
        this.deviceId = deviceId;
        this.region = region;
        this.isp = isp;
        this.trust = trust;
        this.background = background;
    }

    @Override
    public void find(String app, NetworkState network, List<RoomAddress> tried, Answer answer) {
        List<RoomAddress> failed = new ArrayList<>(tried);
        try {
            background.execute(() -> answer.onAnswer(ask(app, network, failed)));
        } catch (RejectedExecutionException e) {
            answer.onAnswer(null);
        }
    }

    private @Nullable RoomList ask(String app, NetworkState network, List<RoomAddress> tried) {
        String query = query(app, network, tried);
        int first = preferred.get();
        for (int i = 0; i < dispatchers.size(); i++) {
            int index = (first + i) % dispatchers.size();
            RoomList list = tryOne(dispatchers.get(index), query);
            if (list != null) {
                preferred.set(index);
                return list;
            }
        }
        return null;
    }

    /** A dispatcher that can't be used is passed over, whatever the cause; lists from before serve. */
    private @Nullable RoomList tryOne(URI dispatcher, String query) {
        try {
            return get(dispatcher, query);
        } catch (IOException | MalformedJsonException | IllegalArgumentException e) {
            return null;
        }
    }

    private RoomList get(URI dispatcher, String query) throws IOException, MalformedJsonException {
        String base = dispatcher.toString();
        String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        URLConnection opened = URI.create(root + "/v1/rooms?" + query).toURL().openConnection();
        HttpURLConnection http = (HttpURLConnection) opened;
        if (http instanceof HttpsURLConnection && trust != null) {
            ((HttpsURLConnection) http).setSSLSocketFactory(trust.getSocketFactory());
        }
        http.setConnectTimeout(CONNECT_TIMEOUT_MS);
        http.setReadTimeout(READ_TIMEOUT_MS);
        http.setUseCaches(false);
        http.setInstanceFollowRedirects(false);
        http.setRequestProperty("Accept", "application/json");
        if (http.getResponseCode() != 200) {
            http.disconnect();
            throw new IOException("status " + http.getResponseCode());
        }
        try (InputStream body = http.getInputStream()) {
            return RoomListJson.read(text(body));
        }
    }

    private static String text(InputStream body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            bytes.write(buffer, 0, count);
            if (bytes.size() > ANSWER_BYTES_MAX) {
                throw new IOException("answer: over " + ANSWER_BYTES_MAX + " bytes");
            }
        }
        return bytes.toString("UTF-8");
    }

    private String query(String app, NetworkState network, List<RoomAddress> tried) {
        StringBuilder query = new StringBuilder();
        append(query, "app", app);
        append(query, "device", deviceId);
        append(query, "network", name(network.kind()));
        append(query, "transport", tlsOnly ? "tls" : "tcp,tls");
        append(query, "region", region);
        append(query, "isp", isp);
        StringBuilder failed = new StringBuilder();
        for (RoomAddress room : tried.subList(0, Math.min(TRIED_MAX, tried.size()))) {
            failed.append(failed.length() == 0 ? "" : ",").append(room.hostAndPort());
        }
        append(query, "tried", failed.toString());
        return query.toString();
    }

    private static void append(StringBuilder query, String name, String value) {
        if (!value.isEmpty()) {
            query.append(query.length() == 0 ? "" : "&")
                    .append(name)
                    .append('=')
                    .append(encode(value));
        }
    }

    private static String encode(String value) {
        try {
            return URLEncoder.encode(value, "UTF-8");
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("a platform without UTF-8", e);
        }
    }

    private static String name(NetworkKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
