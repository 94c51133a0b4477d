package io.carillon.deploy.traffic;

import io.carillon.deploy.http.CenterClient;
import io.carillon.sdk.Binding;
import io.carillon.sdk.CarillonClient;
import io.carillon.sdk.ConnectionInfo;
import io.carillon.sdk.ConnectionListener;
import io.carillon.sdk.EndReason;
import io.carillon.sdk.Message;
import io.carillon.sdk.SdkRuntime;
import io.carillon.sdk.UplinkReceipt;
import io.carillon.sdk.store.ClientStore;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Devices, each with an SDK client of its own that finds its room through the dispatcher; they share the SDK's threads.
 * Their memory of what they have seen lives as long as they do. Events must not block. Thread-safe.
 */
public final class Devices implements AutoCloseable {
    private static final int IO_THREADS = 2;
    private static final int BACKGROUND_THREADS = 8;
    private static final int CALLBACK_THREADS = 1;

    private final URI dispatcher;
    private final String app;
    private final CenterClient center;
    private final SSLContext trust;
    private final DeviceEvents events;
    private final SdkRuntime runtime = SdkRuntime.create(IO_THREADS, BACKGROUND_THREADS, CALLBACK_THREADS);
    private final List<CarillonClient> clients = new ArrayList<>();
    /** What each user's installation remembers. */
    private final Map<String, ClientStore> stores = new LinkedHashMap<>();

    private final Map<String, Binding> bindings = new ConcurrentHashMap<>();

    /**
     * @param center asked for the users' tokens; not closed with the devices
     * @param trust what TLS listeners are checked against
     */
    public Devices(URI dispatcher, String app, CenterClient center, SSLContext trust, DeviceEvents events) {
        this.dispatcher = dispatcher;
        this.app = app;
        this.center = center;
        this.trust = trust;
        this.events = events;
    }

    /** Begins to connect a device for each user; does not wait. */
    public void connect(List<String> users) {
        for (String user : users) {
            connect(user);
        }
    }

    /** Closes the connections of all; what their installations remember stays. */
    public void disconnect() {
        synchronized (clients) {
            clients.forEach(CarillonClient::close);
            clients.clear();
        }
    }

    /** Begins to connect everybody again, with what they remember. */
    public void reconnect() {
        List<String> users;
        synchronized (clients) {
            users = List.copyOf(stores.keySet());
        }
        connect(users);
    }

    private void connect(String user) {
        ClientStore store;
        synchronized (clients) {
            store = stores.computeIfAbsent(user, any -> ClientStore.inMemory());
        }
        CarillonClient client = CarillonClient.builder()
                .dispatcher(dispatcher)
                .deviceId(deviceId(user))
                .store(store)
                .runtime(runtime)
                .trust(trust)
                // On the thread that read the frame: events are noted in the order in which they came, and at once.
                .callbackExecutor(Runnable::run)
                .connectionListener(new Listener(user))
                .bind(app, user, (ofApp, ofUser) -> center.token(ofUser), message -> receive(user, message))
                .connect();
        synchronized (clients) {
            clients.add(client);
        }
    }

    /** Closes all devices; what is pending stays stored. */
    @Override
    public void close() {
        disconnect();
        runtime.close();
    }

    /** Sends something upstream for a connected user; completes when it is durably queued. */
    public CompletableFuture<UplinkReceipt> uplink(String user, String forwardType, byte[] payload) {
        Binding binding = bindings.get(user);
        return binding == null
                ? CompletableFuture.failedFuture(new IllegalArgumentException(user + " is not connected"))
                : binding.uplink(forwardType, payload);
    }

    private void receive(String user, Message message) {
        events.message(user, message);
    }

    /** At most 64 bytes, and the same for a user each time, so that a reconnect is a move and no takeover. */
    private static String deviceId(String user) {
        return "cli-" + Integer.toHexString(user.hashCode()) + "-" + user.length();
    }

    private final class Listener implements ConnectionListener {
        private final String user;
        private volatile String room = "";

        Listener(String user) {
            this.user = user;
        }

        @Override
        public void onConnected(ConnectionInfo connection) {
            room = connection.room();
        }

        @Override
        public void onBound(Binding binding) {
            bindings.put(user, binding);
            events.connected(user, room);
        }

        @Override
        public void onDisconnected(String reason) {
            events.disconnected(user, reason);
        }

        @Override
        public void onKicked(Binding binding, EndReason reason, String text, @Nullable String newcomerDevice) {
            events.kicked(user, reason.name().toLowerCase(Locale.ROOT), text);
        }

        @Override
        public void onTokenRefused(Binding binding, String text) {
            events.disconnected(user, "token refused: " + text);
        }
    }
}
