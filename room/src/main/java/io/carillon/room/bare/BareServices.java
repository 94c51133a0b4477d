package io.carillon.room.bare;

import io.carillon.contract.BanPutRequest;
import io.carillon.contract.BanPutResponse;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.room.broadcast.BroadcastStore;
import io.carillon.room.delivery.Mailboxes;
import io.carillon.room.label.Labels;
import io.carillon.room.label.TagsOutcome;
import io.carillon.room.login.AppKeys;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.contract.CoordinatorMethods;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a bare room has in place of the other services. The room does all of its own work, in the same batches: only what
 * it would ask over the network is answered here. Thread-safe.
 */
public final class BareServices implements AutoCloseable {
    private final BareApps apps;
    private final RpcPeer register = new BareRegister();
    private final BareBroadcasts broadcasts = new BareBroadcasts();
    private final @Nullable RpcClient client;
    private final @Nullable RpcPeer peer;

    /** @param loops carry the connection to {@code bare.answers-to}, where there is one */
    public BareServices(BareConfig config, RpcIdentity self, String secret, EventLoopGroup loops) {
        apps = new BareApps(config.apps());
        HostPort address = config.answersAt();
        client = address == null ? null : new RpcClient(RpcConfig.defaults(), self, secret, loops);
        peer = client == null || address == null ? null : client.open("answers-to", address.toSocketAddress());
    }

    public AppKeys apps() {
        return apps;
    }

    public RpcPeer register() {
        return register;
    }

    public Mailboxes mailboxes() {
        return new BareMailboxes(peer);
    }

    public BroadcastStore broadcasts() {
        return broadcasts;
    }

    /** Called with each order before the room takes it. */
    public void onOrder(BroadcastOrderRequest request) {
        broadcasts.onOrder(request);
    }

    /** Nobody is banned. */
    public CompletableFuture<BansResponse> bans(BansRequest request, Duration timeout) {
        BansResponse none = BansResponse.newBuilder()
                .setVersion(1)
                .setBaseVersion(1)
                .setReset(request.getAfterVersion() == 0)
                .setNowMs(System.currentTimeMillis())
                .build();
        if (request.getAfterVersion() == 0) {
            return CompletableFuture.completedFuture(none);
        }
        return new CompletableFuture<BansResponse>()
                .completeOnTimeout(none, Math.max(1, request.getWaitMs()), TimeUnit.MILLISECONDS);
    }

    /** A ban ends what stands, and is not kept. */
    public CompletableFuture<BanPutResponse> ban(BanPutRequest request, Duration timeout) {
        return CompletableFuture.completedFuture(BanPutResponse.getDefaultInstance());
    }

    /** Nobody has anything pending. */
    public CompletableFuture<PendingResponse> pending(PendingRequest request, Duration timeout) {
        PendingResponse.Builder response = PendingResponse.newBuilder();
        for (int i = 0; i < request.getUsersCount(); i++) {
            response.addPending(false);
        }
        return CompletableFuture.completedFuture(response.build());
    }

    public CompletableFuture<UplinkResponse> uplink(UplinkRequest request, Duration timeout) {
        if (peer != null) {
            return peer.call(CoordinatorMethods.UPLINK, request, timeout);
        }
        UplinkResponse.Builder response = UplinkResponse.newBuilder();
        for (int i = 0; i < request.getEntriesCount(); i++) {
            response.addResults(UplinkResult.getDefaultInstance());
        }
        return CompletableFuture.completedFuture(response.build());
    }

    /** There are no tags without a store. */
    public Labels labels() {
        return new Labels() {
            @Override
            public boolean clientsMayTag(String app) {
                return false;
            }

            @Override
            public CompletableFuture<LabelsChangeResponse> change(LabelsChangeRequest request, Duration timeout) {
                return CompletableFuture.completedFuture(LabelsChangeResponse.getDefaultInstance());
            }

            @Override
            public void onOutcome(TagsOutcome outcome, int frames) {}
        };
    }

    /** Whoever gets acks and uplinks can be reached. */
    public boolean ready() {
        return peer == null || peer.connected();
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
