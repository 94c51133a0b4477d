package io.carillon.bench.inject;

import io.carillon.contract.AckEntry;
import io.carillon.contract.AckResponse;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.contract.CoordinatorMethods;
import io.carillon.runtime.contract.SaverMethods;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Takes the acks and uplinks of a bare room, as saver and coordinator do, and counts them. */
public final class AnswerDesk implements AutoCloseable {
    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "answers");
    private final LongAdder acks = new LongAdder();
    private final LongAdder uplinks = new LongAdder();
    private final RpcServer server;

    public AnswerDesk(String secret) throws IOException {
        server = RpcServer.builder(
                        RpcConfig.defaults(),
                        new RpcIdentity("saver", "bench", System.currentTimeMillis(), "bench"),
                        secret,
                        loops)
                .handle(SaverMethods.ACK, (request, call) -> {
                    AckResponse.Builder response = AckResponse.newBuilder();
                    for (AckEntry entry : request.getEntriesList()) {
                        acks.add(entry.getAcksCount());
                        response.addApplied(true);
                    }
                    return CompletableFuture.completedFuture(response.build());
                })
                .handle(CoordinatorMethods.UPLINK, (request, call) -> {
                    UplinkResponse.Builder response = UplinkResponse.newBuilder();
                    uplinks.add(request.getEntriesCount());
                    request.getEntriesList().forEach(entry -> response.addResults(UplinkResult.getDefaultInstance()));
                    return CompletableFuture.completedFuture(response.build());
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    public int port() {
        return server.address().getPort();
    }

    public long acks() {
        return acks.sum();
    }

    public long uplinks() {
        return uplinks.sum();
    }

    @Override
    public void close() {
        server.stop(Duration.ofMillis(200));
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
