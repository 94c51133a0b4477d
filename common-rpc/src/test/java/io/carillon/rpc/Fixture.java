package io.carillon.rpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.StringValue;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Two ends, and what tests say of them. Closed after each test. */
final class Fixture {
    static final String SECRET = "a secret of the tests";
    static final Duration LONG = Duration.ofSeconds(60);
    static final RpcIdentity SERVER = new RpcIdentity("saver", "saver-1", 1001, "1.0");
    static final RpcIdentity CALLER = new RpcIdentity("center", "center-1", 2002, "1.0");
    static final RpcMethod<StringValue, StringValue> ECHO =
            new RpcMethod<>(1, "test.echo", StringValue.parser(), StringValue.parser(), true);
    static final RpcMethod<StringValue, StringValue> SLOW =
            new RpcMethod<>(2, "test.slow", StringValue.parser(), StringValue.parser(), false);
    static final RpcMethod<BytesValue, BytesValue> BYTES =
            new RpcMethod<>(0xFFFF, "test.bytes", BytesValue.parser(), BytesValue.parser(), true);
    /** Comes back soon, and otherwise patient: on a busy machine nothing fails that is not meant to. */
    static final RpcConfig CONFIG = RpcConfig.defaults()
            .withConnectionsPerPeer(1)
            .withReconnect(Duration.ofMillis(5), Duration.ofMillis(50))
            .withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(30))
            .withPings(Duration.ofSeconds(2), Duration.ofMinutes(1));

    final EventLoopGroup loops = Transports.newEventLoopGroup(2, "test-rpc");
    private final List<AutoCloseable> closed = new ArrayList<>();

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    static StringValue text(String value) {
        return StringValue.of(value);
    }

    static BytesValue bytes(int count) {
        return BytesValue.of(ByteString.copyFrom(new byte[count]));
    }

    RpcServer.Builder serverBuilder(RpcConfig config) {
        return RpcServer.builder(config, SERVER, SECRET, loops)
                .handle(ECHO, (request, call) -> CompletableFuture.completedFuture(request))
                .handle(BYTES, (request, call) -> CompletableFuture.completedFuture(request));
    }

    RpcServer bind(RpcServer.Builder builder) throws Exception {
        return bind(builder, anyPort());
    }

    RpcServer bind(RpcServer.Builder builder, InetSocketAddress address) throws Exception {
        RpcServer server = builder.bind(address);
        closed.add(() -> server.stop(Duration.ZERO));
        return server;
    }

    RpcClient client(RpcConfig config) {
        return client(config, SECRET);
    }

    RpcClient client(RpcConfig config, String secret) {
        RpcClient client = new RpcClient(config, CALLER, secret, loops);
        closed.add(client);
        return client;
    }

    RpcPeer connect(RpcServer server) {
        return connect(client(CONFIG), server);
    }

    RpcPeer connect(RpcClient client, RpcServer server) {
        RpcPeer peer = client.open("saver-1", server.address());
        await().until(peer::connected);
        return peer;
    }

    static void assertEnds(CompletableFuture<?> call, RpcStatus status) {
        assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(RpcException.class, e -> {
                    if (e.status() != status) {
                        throw new AssertionError("status " + e.status() + " (expected: " + status + "): " + e);
                    }
                });
    }

    static RpcException endOf(CompletableFuture<?> call) {
        try {
            call.orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RpcException end) {
                return end;
            }
            throw e;
        }
        throw new AssertionError("the call was answered (expected: it fails)");
    }

    void close() throws Exception {
        for (AutoCloseable closeable : closed.reversed()) {
            closeable.close();
        }
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
}
