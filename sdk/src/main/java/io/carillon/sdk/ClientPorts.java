package io.carillon.sdk;

import io.carillon.sdk.link.LinkOpener;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.AppStateMonitor;
import io.carillon.sdk.platform.Cancellable;
import io.carillon.sdk.platform.NetworkMonitor;
import io.carillon.sdk.platform.Timers;
import io.carillon.sdk.route.AddressResolver;
import io.carillon.sdk.route.RoomLookup;
import io.carillon.sdk.store.ClientStore;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Everything that a client touches outside itself, so that it runs in virtual time as well. */
final class ClientPorts {
    final Executor thread;
    final Timers timers;
    final Random random;
    final LinkOpener links;
    final AddressResolver resolver;
    final @Nullable RoomLookup dispatcher;
    final List<RoomAddress> bundledRooms;
    final Executor callbacks;
    final Executor background;
    final ClientStore store;
    final NetworkMonitor network;
    final AppStateMonitor appState;

    ClientPorts(
            Executor thread,
            Timers timers,
            Random random,
            LinkOpener links,
            AddressResolver resolver,
            @Nullable RoomLookup dispatcher,
            List<RoomAddress> bundledRooms,
            Executor callbacks,
            Executor background,
            ClientStore store,
            NetworkMonitor network,
            AppStateMonitor appState) {
        this.thread = thread;
        this.timers = timers;
        this.random = random;
        this.links = links;
        this.resolver = resolver;
        this.dispatcher = dispatcher;
        this.bundledRooms = bundledRooms;
        this.callbacks = callbacks;
        this.background = background;
        this.store = store;
        this.network = network;
        this.appState = appState;
    }

    long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(timers.nanoTime());
    }

    /** Runs {@code task} on the client's thread after a while. */
    Cancellable after(long delayMs, Runnable task) {
        return timers.schedule(() -> thread.execute(task), TimeUnit.MILLISECONDS.toNanos(delayMs));
    }
}
