package io.carillon.bench.rpc;

import com.google.protobuf.BytesValue;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Carillon's RPC. Every call has a deadline, as in production. */
final class CarillonEcho implements EchoStack {
    private static final RpcMethod<BytesValue, BytesValue> ECHO =
            new RpcMethod<>(1, "bench.echo", BytesValue.parser(), BytesValue.parser(), true);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String SECRET = "secret of the benchmark";

    private final EventLoopGroup serverLoop = Transports.newEventLoopGroup(1, "carillon-server");
    private final EventLoopGroup clientLoop = Transports.newEventLoopGroup(1, "carillon-client");
    private final RpcServer server;
    private final RpcPeer peer;

    CarillonEcho() throws Exception {
        RpcConfig config = RpcConfig.defaults().withConnectionsPerPeer(1);
        server = RpcServer.builder(config, new RpcIdentity("bench", "server", 1, "1"), SECRET, serverLoop)
                .handle(ECHO, (request, call) -> CompletableFuture.completedFuture(request))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        CompletableFuture<Boolean> up = new CompletableFuture<>();
        peer = new RpcClient(config, new RpcIdentity("bench", "client", 1, "1"), SECRET, clientLoop)
                .open("server", server.address());
        peer.listen(new RpcPeer.Listener() {
            @Override
            public void onUp(RpcPeer connected, RpcIdentity identity) {
                up.complete(true);
            }

            @Override
            public void onDown(RpcPeer lost, boolean refused) {}
        });
        up.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void call(BytesValue body, Lane lane) {
        peer.call(ECHO, body, TIMEOUT).whenComplete((answer, failure) -> {
            if (failure == null) {
                lane.onAnswer(answer);
            } else {
                lane.onFailure(failure);
            }
        });
    }

    @Override
    public void close() {
        peer.close();
        server.stop(Duration.ofSeconds(1));
        clientLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        serverLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
