package io.carillon.sdk.platform;

import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The network of a computer that may move: looks at its interfaces every few seconds, since the JVM tells nobody when they
 * change. What kind a network is it can't see: it counts as wired. Thread-safe.
 */
public final class JvmNetworkMonitor implements NetworkMonitor, AutoCloseable {
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(5);

    private final Timers timers;
    private final Interfaces interfaces;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile NetworkState state;
    private volatile boolean closed;

    /** Where addresses are looked up; in tests, what they say. */
    interface Interfaces {
        /** Addresses of interfaces that are up, without loopback; empty where there is no network. */
        String addresses();
    }

    /** Looks on the threads of {@code timers}. */
    public JvmNetworkMonitor(Timers timers) {
        this(timers, JvmNetworkMonitor::systemAddresses);
    }

    JvmNetworkMonitor(Timers timers, Interfaces interfaces) {
        this.timers = timers;
        this.interfaces = interfaces;
        this.state = look();
        timers.schedule(this::onTime, LOOK_NS);
    }

    @Override
    public NetworkState current() {
        return state;
    }

    @Override
    public Cancellable listen(Runnable onChange) {
        listeners.add(onChange);
        return () -> listeners.remove(onChange);
    }

    /** Looks no more. */
    @Override
    public void close() {
        closed = true;
    }

    private void onTime() {
        if (closed) {
            return;
        }
        NetworkState before = state;
        NetworkState now = look();
        state = now;
        if (!now.equals(before)) {
            listeners.forEach(Runnable::run);
        }
        timers.schedule(this::onTime, LOOK_NS);
    }

    /** The addresses themselves stay here: a room is told a hash. */
    private NetworkState look() {
        String addresses = interfaces.addresses();
        return addresses.isEmpty()
                ? NetworkState.none()
                : NetworkState.of(NetworkKind.WIRED, Integer.toHexString(addresses.hashCode()));
    }

    private static String systemAddresses() {
        TreeSet<String> addresses = new TreeSet<>();
        try {
            Enumeration<NetworkInterface> all = NetworkInterface.getNetworkInterfaces();
            for (NetworkInterface one :
                    all == null ? Collections.<NetworkInterface>emptyList() : Collections.list(all)) {
                if (one.isUp() && !one.isLoopback()) {
                    for (InterfaceAddress address : one.getInterfaceAddresses()) {
                        addresses.add(address.getAddress().getHostAddress());
                    }
                }
            }
        } catch (SocketException e) {
            // An interface that vanished while it was looked at: the next look is in a few seconds.
            addresses.add("unknown");
        }
        return String.join(",", addresses);
    }
}
