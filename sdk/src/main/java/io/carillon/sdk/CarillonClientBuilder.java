package io.carillon.sdk;

import io.carillon.sdk.heartbeat.HeartbeatProfile;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.AppState;
import io.carillon.sdk.platform.AppStateMonitor;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkMonitor;
import io.carillon.sdk.platform.Timers;
import io.carillon.sdk.store.ClientStore;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Describes a client; {@link #connect} makes it. Not thread-safe. */
public final class CarillonClientBuilder {
    private static final int DEVICE_ID_BYTES_MAX = 64;
    private static final int RECEIVE_WINDOW_MAX = 256;

    final List<URI> dispatchers = new ArrayList<>();
    final List<RoomAddress> bundledRooms = new ArrayList<>();
    final List<FirstBinding> firstBindings = new ArrayList<>();
    String deviceId = "";
    String region = "";
    String isp = "";
    ClientStore store = ClientStore.inMemory();
    NetworkMonitor network = NetworkMonitor.always(NetworkKind.WIRED);
    AppStateMonitor appState = AppStateMonitor.always(AppState.FRONT);
    SdkRuntime runtime = SdkRuntime.shared();
    ConnectionListener connectionListener = new ConnectionListener() {};
    int receiveWindow = 16;
    int uplinksMax = 256;
    HeartbeatProfile heartbeat = HeartbeatProfile.ADAPTIVE;
    boolean tlsOnly;
    private @Nullable Timers timers;
    private @Nullable Executor callbackExecutor;
    private @Nullable SSLContext sslContext;

    /** A binding that is there from the start. */
    static final class FirstBinding {
        final String app;
        final String user;
        final TokenSource tokens;
        final AsyncMessageListener listener;

        FirstBinding(String app, String user, TokenSource tokens, AsyncMessageListener listener) {
            this.app = app;
            this.user = user;
            this.tokens = tokens;
            this.listener = listener;
        }
    }

    CarillonClientBuilder() {}

    /** Where dispatchers answer, such as {@code https://push.example.com}. Called again, it adds. */
    public CarillonClientBuilder dispatcher(URI... uris) {
        for (URI uri : uris) {
            String scheme = uri.getScheme();
            if (!"http".equals(scheme) && !"https".equals(scheme)) {
                throw new IllegalArgumentException("dispatcher: " + uri + " (expected: http:// or https://)");
            }
            dispatchers.add(uri);
        }
        return this;
    }

    /** Rooms to try when no dispatcher answers, such as {@code tls://203.0.113.7:443}. Called again, it adds. */
    public CarillonClientBuilder bundledRooms(String... addresses) {
        for (String address : addresses) {
            bundledRooms.add(RoomAddress.parse(address));
        }
        return this;
    }

    /** Names this installation of the app, 1 to 64 bytes; made once and kept. Required. */
    public CarillonClientBuilder deviceId(String id) {
        int bytes = id.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > DEVICE_ID_BYTES_MAX) {
            throw new IllegalArgumentException("device id: " + bytes + " bytes (expected: 1 to 64)");
        }
        this.deviceId = id;
        return this;
    }

    /** What the app knows of where it is; counts where the operator's own tables have nothing. */
    public CarillonClientBuilder place(String region, String isp) {
        this.region = region;
        this.isp = isp;
        return this;
    }

    /** Keeps what has to survive a restart in files of this folder, which belongs to this client alone. */
    public CarillonClientBuilder store(Path folder) throws IOException {
        return store(ClientStore.inFolder(folder));
    }

    /** Keeps what has to survive a restart here. Without it, it does not. */
    public CarillonClientBuilder store(ClientStore store) {
        this.store = Objects.requireNonNull(store, "store");
        return this;
    }

    /** Tells which network there is. Without it: one wired network for ever. */
    public CarillonClientBuilder network(NetworkMonitor monitor) {
        this.network = Objects.requireNonNull(monitor, "monitor");
        return this;
    }

    /** Tells what the app does. Without it: in front for ever. */
    public CarillonClientBuilder appState(AppStateMonitor monitor) {
        this.appState = Objects.requireNonNull(monitor, "monitor");
        return this;
    }

    /** The clock and what rings by it. Without it: the runtime's. */
    public CarillonClientBuilder timers(Timers timers) {
        this.timers = timers;
        return this;
    }

    /** The threads to share. Without it: {@link SdkRuntime#shared}. */
    public CarillonClientBuilder runtime(SdkRuntime runtime) {
        this.runtime = Objects.requireNonNull(runtime, "runtime");
        return this;
    }

    /** Where listeners are called. Without it: a few threads of the runtime, which listeners must not hold for long. */
    public CarillonClientBuilder callbackExecutor(Executor executor) {
        this.callbackExecutor = executor;
        return this;
    }

    /** Told of connections. Without it, nobody is. */
    public CarillonClientBuilder connectionListener(ConnectionListener listener) {
        this.connectionListener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /** Trusts what this context trusts, for rooms and for an https dispatcher. Without it: what the platform trusts. */
    public CarillonClientBuilder trust(SSLContext context) {
        this.sslContext = context;
        return this;
    }

    /** Trusts these authorities and no other. */
    public CarillonClientBuilder trust(X509Certificate... authorities) throws GeneralSecurityException {
        try {
            KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
            keys.load(null, null);
            for (int i = 0; i < authorities.length; i++) {
                keys.setCertificateEntry("authority-" + i, authorities[i]);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return trust(context);
        } catch (IOException e) {
            throw new GeneralSecurityException("no empty key store", e);
        }
    }

    /** Never takes an address without TLS. */
    public CarillonClientBuilder tlsOnly() {
        this.tlsOnly = true;
        return this;
    }

    /** How soon a dead connection has to be noticed while nobody looks. Adaptive unless said. */
    public CarillonClientBuilder heartbeat(HeartbeatProfile profile) {
        this.heartbeat = Objects.requireNonNull(profile, "profile");
        return this;
    }

    /** Messages that may be with the listener at once, for each binding; 1 to 256, 16 unless said. */
    public CarillonClientBuilder receiveWindow(int messages) {
        if (messages < 1 || messages > RECEIVE_WINDOW_MAX) {
            throw new IllegalArgumentException("receive window: " + messages + " (expected: 1 to 256)");
        }
        this.receiveWindow = messages;
        return this;
    }

    /** Uplinks that may wait for confirmation; beyond it they fail at once. 256 unless said. */
    public CarillonClientBuilder uplinksMax(int uplinks) {
        if (uplinks < 1) {
            throw new IllegalArgumentException("uplinks: " + uplinks + " (expected: at least 1)");
        }
        this.uplinksMax = uplinks;
        return this;
    }

    /** A user of an app that is bound from the start. Called again, it adds. */
    public CarillonClientBuilder bind(String app, String user, TokenSource tokens, MessageListener listener) {
        return bindAsync(app, user, tokens, Listeners.async(listener));
    }

    /** As {@link #bind}, with a listener whose work goes on after the call. */
    public CarillonClientBuilder bindAsync(String app, String user, TokenSource tokens, AsyncMessageListener listener) {
        firstBindings.add(new FirstBinding(app, user, tokens, listener));
        return this;
    }

    /**
     * Makes the client, which starts to connect as soon as something is bound. Does not wait.
     *
     * @throws IllegalStateException if the device id is missing, or there is neither a dispatcher nor a bundled room
     */
    public CarillonClient connect() {
        if (deviceId.isEmpty()) {
            throw new IllegalStateException("device id: missing (expected: 1 to 64 bytes)");
        }
        if (dispatchers.isEmpty() && bundledRooms.isEmpty()) {
            throw new IllegalStateException("addresses: none (expected: a dispatcher or bundled rooms)");
        }
        return ClientWiring.connect(this);
    }

    Timers chosenTimers() {
        return timers == null ? runtime.timers() : timers;
    }

    Executor chosenCallbacks() {
        return callbackExecutor == null ? runtime.callbacks() : callbackExecutor;
    }

    @Nullable
    SSLContext chosenTrust() {
        return sslContext;
    }
}
