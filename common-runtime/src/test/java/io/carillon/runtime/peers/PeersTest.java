package io.carillon.runtime.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.bucket.Rendezvous;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.discovery.NodeRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PeersTest {
    private final Map<String, ScriptedPeer> opened = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private final RetryBudget retries = new RetryBudget(1);
    private final Peers peers = new Peers(
            "saver",
            "",
            "here",
            (name, address) -> {
                ScriptedPeer peer = new ScriptedPeer(name, address);
                opened.put(name, peer);
                return peer;
            },
            retries,
            Runnable::run);

    PeersTest() {
        peers.listen(new PeersListener() {
            @Override
            public void onUp(RpcPeer peer, RpcIdentity identity) {
                told.add("up " + peer.name() + " " + identity.incarnation());
            }

            @Override
            public void onGone(String name, long incarnation) {
                told.add("gone " + name + " " + incarnation);
            }
        });
    }

    @Test
    void keepsAPeerThatDiscoveryLostWhileItsConnectionAnswers() {
        list(node("a", 1, "here"), node("b", 2, "here"));
        peer("a").up(10);
        peer("b").up(20);
        list(node("a", 1, "here"));

        assertThat(peers.all()).hasSize(2);
        assertThat(told).containsExactly("up a 10", "up b 20");

        peer("b").down(false);

        assertThat(peers.all()).hasSize(1);
        assertThat(peer("b").closed).isTrue();
        assertThat(told).contains("gone b 20");
    }

    @Test
    void doesNotCallAListedPeerGoneForALostConnection() {
        list(node("a", 1, "here"));
        peer("a").up(10);
        peer("a").down(false);
        peer("a").up(10);

        assertThat(told).containsExactly("up a 10", "up a 10");
    }

    @Test
    void callsAPeerGoneWhenItsAddressRefusesOrAnotherLifeAnswers() {
        list(node("a", 1, "here"), node("b", 2, "here"));
        peer("a").up(10);
        peer("b").up(20);
        peer("a").down(true);
        peer("b").down(false);
        peer("b").up(21);

        assertThat(told).containsExactly("up a 10", "up b 20", "gone a 10", "gone b 20", "up b 21");
    }

    @Test
    void opensAgainWhereAPeerMoved() {
        list(node("a", 1, "here"));
        ScriptedPeer before = peer("a");
        before.up(10);
        list(node("a", 5, "here"));

        assertThat(before.closed).isTrue();
        assertThat(peer("a")).isNotSameAs(before);
        assertThat(told).contains("gone a 10");
    }

    @Test
    void givesEachBucketItsOwnerAndLeavesDrainingOnesOut() {
        list(node("a", 1, "here"), node("b", 2, "here"), node("c", 3, "here").withDraining(true));
        List<String> names = List.of("a", "b");
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            assertThat(Objects.requireNonNull(peers.byBucket(bucket)).name())
                    .isEqualTo(names.get(Rendezvous.owner(bucket, names)));
        }
        assertThat(peers.byName("c")).isNotNull();
        list();
        assertThat(peers.byBucket(3)).isNull();
    }

    @Test
    void prefersItsOwnSiteAndTheLessBusy() {
        list(node("a", 1, "here"), node("b", 2, "here"), node("c", 3, "there"));
        peer("c").up(30);
        assertThat(Objects.requireNonNull(peers.any()).name()).isEqualTo("c");

        peer("a").up(10);
        peer("b").up(20);
        peer("a").inFlight = 100;
        int toB = 0;
        for (int i = 0; i < 200; i++) {
            String name = Objects.requireNonNull(peers.any()).name();
            assertThat(name).isNotEqualTo("c");
            toB += name.equals("b") ? 1 : 0;
        }
        assertThat(toB).isGreaterThan(100);
    }

    @Test
    void asksAnotherWhenTheFirstDidNotExecute() {
        list(node("a", 1, "here"), node("b", 2, "here"));
        peer("a").up(10);
        peer("b").up(20);
        peer("b").inFlight = 1_000;
        peer("a").failure = RpcStatus.OVERLOADED;
        peer("b").answer = PendingResponse.getDefaultInstance();

        for (int i = 0; i < 20; i++) {
            assertThat(pending()).isCompletedWithValue(PendingResponse.getDefaultInstance());
        }
        assertThat(peer("a").calls).isPositive();
    }

    @Test
    void staysHonestWhenTheRetryAlsoFails() {
        list(node("a", 1, "here"), node("b", 2, "here"));
        peer("a").up(10);
        peer("b").up(20);
        peer("a").failure = RpcStatus.CONNECTION_LOST;
        peer("b").failure = RpcStatus.OVERLOADED;
        for (int i = 0; i < 20; i++) {
            int before = peer("a").calls;
            CompletableFuture<PendingResponse> call = pending();
            RpcException failure = (RpcException) call.exceptionNow();
            if (peer("a").calls > before) {
                assertThat(failure.notExecuted()).isFalse();
            }
        }
    }

    @Test
    void failsAtOnceWhereNobodyIsConnected() {
        assertThat(((RpcException) pending().exceptionNow()).status()).isEqualTo(RpcStatus.NOT_CONNECTED);
    }

    private CompletableFuture<PendingResponse> pending() {
        return peers.callAny(SaverMethods.PENDING, PendingRequest.getDefaultInstance(), Duration.ofSeconds(1));
    }

    private ScriptedPeer peer(String name) {
        return Objects.requireNonNull(opened.get(name));
    }

    private void list(NodeRecord... nodes) {
        peers.follower().accept(List.of(nodes));
    }

    private static NodeRecord node(String name, int port, String site) {
        return new NodeRecord(
                "saver",
                name,
                site,
                "default",
                1,
                "test",
                1,
                "127.0.0.1:" + port,
                "",
                "",
                List.of(),
                NodeRecord.Load.NONE,
                false);
    }
}
