package io.carillon.deploy.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Hands out ports on loopback, none twice. Not thread-safe. */
final class Ports {
    /** Below the range that Linux takes for outgoing connections, so that none of those sits on it by chance. */
    private static final int FREE_FIRST = 20_000;

    private static final int FREE_LAST = 32_000;
    private static final int ATTEMPTS_MAX = 1_000;

    private final RandomGenerator random;
    private final PortReservations reservations;
    private final Set<Integer> given = new HashSet<>();

    Ports(RandomGenerator random, PortReservations reservations) {
        this.random = random;
        this.reservations = reservations;
    }

    /** The preferred port if it is free, else any free one. */
    int preferred(int port) throws FleetException {
        return take(port) ? port : free();
    }

    /**
     * Exactly this port.
     *
     * @param what names it in the complaint, as the configuration does
     */
    int exactly(int port, String what) throws FleetException {
        if (!take(port)) {
            throw new FleetException(what + ": " + port
                    + " is taken (expected: a free port on 127.0.0.1); stop what uses it, or name another");
        }
        return port;
    }

    /** Any free port. */
    int free() throws FleetException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int port = random.nextInt(FREE_FIRST, FREE_LAST);
            if (take(port)) {
                return port;
            }
        }
        throw new FleetException("no free port found between " + FREE_FIRST + " and " + FREE_LAST);
    }

    private boolean take(int port) {
        return !given.contains(port) && isFree(port) && reservations.take(port) && given.add(port);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // A connection that lingers in TIME_WAIT hinders no server either.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
