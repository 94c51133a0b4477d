package io.carillon.saver;

import static io.carillon.saver.SaverFixture.APP;
import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.newId;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.LedgerRequest;
import io.carillon.contract.LedgerResponse;
import io.carillon.contract.MessageEvent;
import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.RequestCountsRequest;
import io.carillon.contract.RequestCountsResponse;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.contract.SaverMethods;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ledgers of two savers, one of which the other reaches by RPC, or does not. */
class TwoSaversIT {
    private static final String SECRET = "a secret of the tests";
    private static final RpcConfig RPC =
            RpcConfig.defaults().withReconnect(Duration.ofMillis(20), Duration.ofMillis(100));
    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "test-rpc");
    private TestRedis redis;
    private SaverFixture near;
    private SaverFixture far;
    private RpcServer farServer;
    private RpcClient client;
    private RpcPeer peer;

    @BeforeEach
    void start() throws IOException {
        redis = new TestRedis();
        SaverConfig config = SaverFixture.config(
                redis.uri(), TestMySql.shared().url(TestMySql.shared().newSchema()));
        far = new SaverFixture("saver-2", List.of("saver-1"), request -> Stream.empty(), config);
        farServer = serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client = new RpcClient(RPC, new RpcIdentity("saver", "saver-1", 1, "1.0"), SECRET, loops);
        peer = client.open("saver-2", farServer.address());
        near = new SaverFixture("saver-1", List.of("saver-2"), this::askFar, config);
        Awaitility.await().until(peer::connected);
    }

    @AfterEach
    void stop() {
        near.close();
        far.close();
        client.close();
        farServer.stop(Duration.ZERO);
        loops.shutdownGracefully();
        redis.close();
    }

    private RpcServer serve(InetSocketAddress address) throws IOException {
        return RpcServer.builder(RPC, new RpcIdentity("saver", "saver-2", 2, "1.0"), SECRET, loops)
                .handle(
                        SaverMethods.LEDGER,
                        (request, call) -> far.saver.history().own(request))
                .bind(address);
    }

    private Stream<CompletableFuture<LedgerResponse>> askFar(LedgerRequest request) {
        return Stream.of(peer.call(SaverMethods.LEDGER, request, Duration.ofSeconds(60)));
    }

    @Test
    void putsTheRecordsOfBothTogether() {
        PutEntry entry = message("both", "hello").build();
        PutResult result = far.putAll(entry).getFirst();
        acknowledge(near, entry, result);

        MessageResponse history = history(entry);

        assertThat(history.getIncomplete()).isFalse();
        assertThat(history.getState()).isEqualTo("acked");
        assertThat(history.getEventsList())
                .extracting(MessageEvent::getType)
                .containsExactly("accepted", "stored", "acked");
    }

    @Test
    void answersWithWhatItKnowsAndSaysSoWhileTheOtherIsDown() throws IOException {
        PutEntry accepted = message("near", "hello").build();
        PutResult result = near.putAll(accepted).getFirst();
        PutEntry elsewhere = message("far", "hello").build();
        far.putAll(elsewhere);
        InetSocketAddress address = farServer.address();
        farServer.stop(Duration.ZERO);
        Awaitility.await().until(() -> !peer.connected());

        MessageResponse pending = history(accepted);
        assertThat(pending.getState()).isEqualTo("pending");
        assertThat(pending.getIncomplete()).isTrue();
        assertThat(history(elsewhere).getState()).as("by its row alone").isEqualTo("pending");
        assertThat(history(elsewhere).getIncomplete()).isTrue();
        MessageResponse unknown = history(message("nobody", "hello").build());
        assertThat(unknown.getFound()).isFalse();
        assertThat(unknown.getIncomplete()).isTrue();

        farServer = serve(address);
        Awaitility.await().until(peer::connected);
        acknowledge(far, accepted, result);
        assertThat(history(accepted).getState()).isEqualTo("acked");
        assertThat(history(accepted).getIncomplete()).isFalse();
    }

    @Test
    void countsARequestWithWhatItKnowsWhileTheOtherIsDown() {
        ByteString request = newId();
        near.putAll(message("count", "hello").setRequestId(request).build());
        farServer.stop(Duration.ZERO);
        Awaitility.await().until(() -> !peer.connected());

        RequestCountsResponse counts = get(near.saver
                .history()
                .counts(RequestCountsRequest.newBuilder()
                        .setApp(APP)
                        .setRequestId(request)
                        .build()));

        assertThat(counts.getByStateMap()).containsEntry("pending", 1L);
        assertThat(counts.getIncomplete()).isTrue();
    }

    private static void acknowledge(SaverFixture saver, PutEntry entry, PutResult result) {
        saver.ack(
                entry.getUser(),
                Ack.newBuilder()
                        .setSeq(result.getSeq())
                        .setMessageId(entry.getMessageId())
                        .build());
    }

    private MessageResponse history(PutEntry entry) {
        return get(near.saver
                .history()
                .message(MessageRequest.newBuilder()
                        .setApp(APP)
                        .setMessageId(entry.getMessageId())
                        .build()));
    }
}
