package io.carillon.sdk;

import io.carillon.sdk.heartbeat.AdaptiveHeartbeat;
import io.carillon.sdk.link.IoThread;
import io.carillon.sdk.link.SocketLinks;
import io.carillon.sdk.platform.Timers;
import io.carillon.sdk.route.DispatcherClient;
import io.carillon.sdk.route.RoomLookup;
import io.carillon.sdk.route.SystemResolver;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Builds a client out of sockets, threads and what its builder said. */
final class ClientWiring {
    private ClientWiring() {}

    static CarillonClient connect(CarillonClientBuilder builder) {
        IoThread thread = builder.runtime.io().next();
        Timers timers = builder.chosenTimers();
        Executor background = builder.runtime.background();
        ClientPorts ports = new ClientPorts(
                thread,
                timers,
                new SecureRandom(),
                new SocketLinks(thread, timers, background, () -> trust(builder.chosenTrust())),
                new SystemResolver(background),
                dispatcher(builder, background),
                builder.bundledRooms,
                builder.chosenCallbacks(),
                background,
                builder.store,
                builder.network,
                builder.appState);
        ClientSettings settings = new ClientSettings(
                builder.deviceId,
                builder.receiveWindow,
                builder.uplinksMax,
                builder.tlsOnly,
                builder.connectionListener);
        AdaptiveHeartbeat heartbeat = new AdaptiveHeartbeat(
                builder.heartbeat, () -> TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()), ports.random);
        ClientCore core = new ClientCore(ports, settings, heartbeat);
        for (CarillonClientBuilder.FirstBinding first : builder.firstBindings) {
            core.bindAsync(first.app, first.user, first.tokens, first.listener);
        }
        thread.execute(core::start);
        return core;
    }

    private static @Nullable RoomLookup dispatcher(CarillonClientBuilder builder, Executor background) {
        if (builder.dispatchers.isEmpty()) {
            return null;
        }
        return new DispatcherClient(
                builder.dispatchers,
                builder.tlsOnly,
                builder.deviceId,
                builder.region,
                builder.isp,
                builder.chosenTrust(),
                background);
    }

    private static SSLContext trust(@Nullable SSLContext chosen) {
        try {
            return chosen == null ? SSLContext.getDefault() : chosen;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no TLS on this platform", e);
        }
    }
}
