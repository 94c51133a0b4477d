package io.carillon.rpc;

import java.time.Duration;

/**
 * The bounds and times of RPC connections, for both ends.
 *
 * @param connectionsPerPeer connections that a client keeps to one peer, 1 to 64
 * @param callsInFlightMax calls in flight on one connection, 1 to 65,536; beyond it OVERLOADED
 * @param bytesInFlightMax request bodies in flight on one connection, bytes, at least a frame; beyond it OVERLOADED. A
 *     server closes a connection on which more bytes of answers wait for a caller that does not read
 * @param callsPerMethodMax calls in flight of one method on one connection; beyond it OVERLOADED
 * @param frameBytesMax the largest frame accepted or sent, bytes; a larger one closes the connection
 * @param hellosInFlightMax connections of a server that have not proved the secret yet; beyond it they are closed
 * @param connectTimeout until a TCP connect is given up
 * @param helloTimeout until a connection without a finished hello is closed
 * @param pingInterval between two pings of either end
 * @param silenceLimit a connection on which nothing arrived for this long is closed; longer than the ping interval
 * @param reconnectMin upper bound of the first wait before a reconnect; the wait is drawn between 0 and the bound
 * @param reconnectMax where that bound stops doubling
 * @param retryShare retries per call that a {@link RetryBudget} allows, 0 to 1
 */
public record RpcConfig(
        int connectionsPerPeer,
        int callsInFlightMax,
        long bytesInFlightMax,
        int callsPerMethodMax,
        int frameBytesMax,
        int hellosInFlightMax,
        Duration connectTimeout,
        Duration helloTimeout,
        Duration pingInterval,
        Duration silenceLimit,
        Duration reconnectMin,
        Duration reconnectMax,
        double retryShare) {
    private static final int FRAME_BYTES_LEAST = 4096;

    public RpcConfig {
        range("connections-per-peer", connectionsPerPeer, 1, 64);
        range("calls-in-flight-max", callsInFlightMax, 1, InFlight.CALLS_MAX);
        range("calls-per-method-max", callsPerMethodMax, 1, InFlight.CALLS_MAX);
        range("frame-bytes-max", frameBytesMax, FRAME_BYTES_LEAST, 1 << 30);
        range("bytes-in-flight-max", bytesInFlightMax, frameBytesMax, Long.MAX_VALUE);
        range("hellos-in-flight-max", hellosInFlightMax, 1, Integer.MAX_VALUE);
        positive("connect-timeout", connectTimeout);
        positive("hello-timeout", helloTimeout);
        positive("ping-interval", pingInterval);
        positive("reconnect-min", reconnectMin);
        if (silenceLimit.compareTo(pingInterval) <= 0) {
            throw new IllegalArgumentException(
                    "silence-limit: " + silenceLimit + " (expected: > ping-interval " + pingInterval + ")");
        }
        if (reconnectMax.compareTo(reconnectMin) < 0) {
            throw new IllegalArgumentException(
                    "reconnect-max: " + reconnectMax + " (expected: >= reconnect-min " + reconnectMin + ")");
        }
        if (!(retryShare >= 0 && retryShare <= 1)) {
            throw new IllegalArgumentException("retry-share: " + retryShare + " (expected: 0 to 1)");
        }
    }

    public static RpcConfig defaults() {
        return new RpcConfig(
                2,
                8192,
                64L << 20,
                4096,
                16 << 20,
                1024,
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                Duration.ofSeconds(2),
                Duration.ofSeconds(6),
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                0.1);
    }

    public RpcConfig withConnectionsPerPeer(int connections) {
        return new RpcConfig(
                connections,
                callsInFlightMax,
                bytesInFlightMax,
                callsPerMethodMax,
                frameBytesMax,
                hellosInFlightMax,
                connectTimeout,
                helloTimeout,
                pingInterval,
                silenceLimit,
                reconnectMin,
                reconnectMax,
                retryShare);
    }

    /** Bounds of one connection: calls, bytes of request bodies, calls of one method. */
    public RpcConfig withInFlight(int calls, long bytes, int callsPerMethod) {
        return new RpcConfig(
                connectionsPerPeer,
                calls,
                bytes,
                callsPerMethod,
                frameBytesMax,
                hellosInFlightMax,
                connectTimeout,
                helloTimeout,
                pingInterval,
                silenceLimit,
                reconnectMin,
                reconnectMax,
                retryShare);
    }

    public RpcConfig withFrameBytesMax(int bytes) {
        return new RpcConfig(
                connectionsPerPeer,
                callsInFlightMax,
                bytesInFlightMax,
                callsPerMethodMax,
                bytes,
                hellosInFlightMax,
                connectTimeout,
                helloTimeout,
                pingInterval,
                silenceLimit,
                reconnectMin,
                reconnectMax,
                retryShare);
    }

    public RpcConfig withPings(Duration interval, Duration silence) {
        return new RpcConfig(
                connectionsPerPeer,
                callsInFlightMax,
                bytesInFlightMax,
                callsPerMethodMax,
                frameBytesMax,
                hellosInFlightMax,
                connectTimeout,
                helloTimeout,
                interval,
                silence,
                reconnectMin,
                reconnectMax,
                retryShare);
    }

    public RpcConfig withReconnect(Duration min, Duration max) {
        return new RpcConfig(
                connectionsPerPeer,
                callsInFlightMax,
                bytesInFlightMax,
                callsPerMethodMax,
                frameBytesMax,
                hellosInFlightMax,
                connectTimeout,
                helloTimeout,
                pingInterval,
                silenceLimit,
                min,
                max,
                retryShare);
    }

    public RpcConfig withTimeouts(Duration connect, Duration hello) {
        return new RpcConfig(
                connectionsPerPeer,
                callsInFlightMax,
                bytesInFlightMax,
                callsPerMethodMax,
                frameBytesMax,
                hellosInFlightMax,
                connect,
                hello,
                pingInterval,
                silenceLimit,
                reconnectMin,
                reconnectMax,
                retryShare);
    }

    private static void range(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
