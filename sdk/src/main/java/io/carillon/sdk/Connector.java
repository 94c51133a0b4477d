package io.carillon.sdk;

import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.AppState;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.route.Backoff;
import io.carillon.sdk.route.ReadTimeouts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections: when, after how long a wait, and up to CONNECTED. {@link #connectAfter} is the one place that plans
 * an attempt; it does nothing while one is planned or under way, or none is wanted. Confined to its client's thread.
 */
final class Connector implements Login.Outcome {
    private static final long NO_NETWORK_RETRY_MS = TimeUnit.MINUTES.toMillis(15);
    private static final long BUSY_MS_MAX = TimeUnit.MINUTES.toMillis(30);

    private final ClientPorts ports;
    private final Reacher reacher;
    private final Backoff backoff;
    private final Owner owner;
    private final Alarm attempt;
    private NetworkState network;
    private ReadTimeouts timeouts;
    private @Nullable Login login;

    /** Tried instead of any list, once. */
    private List<RoomAddress> hints = new ArrayList<>();

    /** Whose connections they are. */
    interface Owner {
        boolean wantsConnection();

        /** Whose rooms are looked for. */
        String app();

        Connect connectFrame(NetworkState network);

        /** The connection is the owner's from here on. */
        void onConnected(Login login, FrameLink frames, Connected connected);
    }

    Connector(ClientPorts ports, Reacher reacher, Owner owner) {
        this.ports = ports;
        this.reacher = reacher;
        this.owner = owner;
        this.backoff = new Backoff(ports.random, ports.nowMs());
        this.attempt = new Alarm(ports);
        this.network = ports.network.current();
        this.timeouts = ReadTimeouts.of(network.kind());
    }

    /** Those of the network of the moment. */
    ReadTimeouts timeouts() {
        return timeouts;
    }

    void connectAfter(long delayMs) {
        boolean underWay = attempt.isSet() || reacher.busy() || login != null;
        if (!underWay && owner.wantsConnection()) {
            attempt.set(network.available() ? Math.max(0, delayMs) : NO_NETWORK_RETRY_MS, this::connectNow);
        }
    }

    void connectAfterBusy(long retryAfterMs) {
        connectAfter(backoff.busyDelayMs(Math.min(BUSY_MS_MAX, retryAfterMs)));
    }

    /**
     * The owner's connection was lost.
     *
     * @param worked whether it had worked for long
     * @param expected whether its room had said so
     * @param connect false where an attempt is planned elsewhere
     */
    void onLost(boolean worked, boolean expected, boolean connect) {
        if (worked) {
            backoff.onWorkingSession();
        } else if (!expected) {
            backoff.onFailure();
        }
        if (connect) {
            connectAfterFailure();
        }
    }

    /** The room of the moment asks to be left; the next connection is not to use the list that led there. */
    void leave(List<RoomAddress> alternatives) {
        hints = alternatives;
        reacher.forgetList();
    }

    void forgetList() {
        reacher.forgetList();
    }

    /** Ends what is planned or under way. */
    void cancel() {
        attempt.cancel();
        reacher.cancel();
        if (login != null) {
            login.cancel();
            login = null;
        }
    }

    /**
     * Looks at the network again.
     *
     * @param reconnect whether what is planned or under way is to begin anew on it
     * @return whether it is another one
     */
    boolean onNetworkChange(boolean reconnect) {
        NetworkState before = network;
        network = ports.network.current();
        if (network.equals(before)) {
            return false;
        }
        timeouts = ReadTimeouts.of(network.kind());
        if (reconnect) {
            cancel();
            connectAfter(backoff.networkChangeDelayMs(ports.nowMs(), ports.appState.current()));
        }
        return true;
    }

    /** A person waits now: a long wait is drawn anew. */
    void onAppInFront() {
        if (attempt.isSet() && network.available()) {
            attempt.cancel();
            connectAfter(backoff.delayMs(AppState.FRONT));
        }
    }

    private void connectNow() {
        if (!owner.wantsConnection()) {
            return;
        }
        long waitMs = backoff.takeAttemptMs(ports.nowMs());
        if (waitMs > 0) {
            attempt.set(waitMs, this::connectNow);
            return;
        }
        List<RoomAddress> first = hints;
        hints = new ArrayList<>();
        reacher.reach(owner.app(), network, first, new Reacher.Outcome() {
            @Override
            public void onReached(Reacher.Reached reached) {
                logIn(reached);
            }

            @Override
            public void onUnreachable(String reason) {
                backoff.onFailure();
                connectAfterFailure();
            }
        });
    }

    private void logIn(Reacher.Reached reached) {
        Login next = new Login(ports, reached, timeouts, this);
        login = next;
        next.start(owner.connectFrame(reached.network));
    }

    private void connectAfterFailure() {
        connectAfter(backoff.delayMs(ports.appState.current()));
    }

    @Override
    public void onConnected(Login done, FrameLink frames, Connected connected) {
        login = null;
        reacher.onWorked();
        owner.onConnected(done, frames, connected);
    }

    @Override
    public void onBusy(Login refused, long retryAfterMs) {
        login = null;
        connectAfterBusy(retryAfterMs);
    }

    @Override
    public void onFailed(Login failed, String reason) {
        login = null;
        reacher.onLoginFailed(failed.network, failed.endpoint.room());
        backoff.onFailure();
        connectAfterFailure();
    }
}
