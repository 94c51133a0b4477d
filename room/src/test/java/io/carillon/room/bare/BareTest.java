package io.carillon.room.bare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastsOfApp;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.discovery.DiscoveryConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BareTest {
    private static final String APP =
            "apps: [{id: demo, key-id: k, client-secret: 0123456789abcdef0123456789abcdef}]\n";
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final BareBroadcasts broadcasts = new BareBroadcasts();

    @Test
    void isOffUnlessAnAppIsNamed() {
        assertThat(ConfigLoader.defaults(BareConfig.class).enabled()).isFalse();
        assertThat(ConfigLoader.parse(BareConfig.class, APP).enabled()).isTrue();
    }

    @Test
    void refusesToBeDiscovered() {
        DiscoveryConfig discovery = ConfigLoader.parse(DiscoveryConfig.class, "zookeeper: 127.0.0.1:2181");
        ConfigLoader.defaults(BareConfig.class).requireAlone(discovery);
        assertThatThrownBy(() -> ConfigLoader.parse(BareConfig.class, APP).requireAlone(discovery))
                .hasMessage(
                        "bare.apps: 1 beside node.discovery (expected: either a bare room or one that is discovered)");
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() ->
                        ConfigLoader.parse(BareConfig.class, "apps: [{id: demo, key-id: k, client-secret: short}]"))
                .hasMessageContaining("client-secret: 5 characters (expected: at least 32)");
        assertThatThrownBy(() -> ConfigLoader.parse(BareConfig.class, APP + "answers-to: nowhere"))
                .hasMessageContaining("nowhere (expected: host:port)");
        assertThatThrownBy(() -> ConfigLoader.parse(BareConfig.class, "answers-to: 127.0.0.1:1"))
                .hasMessageContaining("answers-to: 127.0.0.1:1 (expected: bare.apps as well");
    }

    private static BroadcastsRequest after(long version, long waitMs) {
        return BroadcastsRequest.newBuilder()
                .addApps(BroadcastsOfApp.newBuilder().setApp("demo").setVersion(version))
                .setWaitMs(waitMs)
                .build();
    }

    private void order(long bseq) {
        broadcasts.onOrder(BroadcastOrderRequest.newBuilder()
                .addOrders(BroadcastOrder.newBuilder()
                        .setRecord(Broadcast.newBuilder()
                                .setBseq(bseq)
                                .setSpec(BroadcastSpec.newBuilder()
                                        .setApp("demo")
                                        .setId(ByteString.copyFromUtf8("b" + bseq)))))
                .build());
    }

    @Test
    void aListIsAnsweredByTheOrderThatChangesIt() {
        BroadcastsResponse empty = broadcasts.lists(after(0, 0), TIMEOUT).join();
        long version = empty.getListings(0).getVersion();
        CompletableFuture<BroadcastsResponse> poll = broadcasts.lists(after(version, 60_000), TIMEOUT);
        assertThat(poll).isNotDone();
        order(7);
        assertThat(poll).isDone();
        assertThat(poll.join().getListings(0).getNewestBseq()).isEqualTo(7);
        assertThat(poll.join().getListings(0).getBroadcasts(0).getBseq()).isEqualTo(7);
    }

    @Test
    void anOrderThatComesAgainChangesNothing() {
        order(7);
        order(7);
        assertThat(broadcasts.lists(after(0, 0), TIMEOUT).join().getListings(0).getBroadcastsCount())
                .isEqualTo(1);
    }

    @Test
    void theOldestFallOut() {
        for (int i = 1; i <= BareBroadcasts.LISTED_MAX + 5; i++) {
            order(i);
        }
        BroadcastsResponse all = broadcasts.lists(after(0, 0), TIMEOUT).join();
        assertThat(all.getListings(0).getBroadcastsCount()).isEqualTo(BareBroadcasts.LISTED_MAX);
        assertThat(all.getListings(0).getBroadcasts(0).getBseq()).isEqualTo(6);
    }
}
