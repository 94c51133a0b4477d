package io.carillon.room;

import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.App;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.room.ban.BanFollower;
import io.carillon.room.ban.BanSink;
import io.carillon.room.bare.BareConfig;
import io.carillon.room.bare.BareServices;
import io.carillon.room.broadcast.BroadcastStore;
import io.carillon.room.delivery.Mailboxes;
import io.carillon.room.label.Labels;
import io.carillon.room.label.TagsOutcome;
import io.carillon.room.login.AppKeys;
import io.carillon.room.registration.PendingQuestion;
import io.carillon.room.uplink.Uplinks;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.contract.CoordinatorMethods;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.peers.Peers;
import io.carillon.runtime.peers.PeersListener;
import io.carillon.runtime.settings.AppSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a room has around it: the other services, or what stands in for them in a bare room. Each part is thread-safe.
 *
 * @param followRegisters begins to tell the gateway's registrar of registers
 * @param beforeOrder sees each order of a broadcast before the room takes it
 * @param ready the room can do its work
 * @param close ends what is not the runtime's
 */
record Surroundings(
        AppKeys apps,
        BanFollower.Source bans,
        BanSink.Store banStore,
        Mailboxes mailboxes,
        Uplinks uplinks,
        BroadcastStore broadcasts,
        PendingQuestion pending,
        Labels labels,
        Consumer<Gateway> followRegisters,
        Consumer<BroadcastOrderRequest> beforeOrder,
        BooleanSupplier ready,
        Runnable close) {

    static Surroundings of(NodeRuntime runtime, BareConfig bare, RoomMeters meters) {
        bare.requireAlone(runtime.config().discovery());
        return bare.enabled() ? ofBare(runtime, bare) : ofFleet(runtime, meters);
    }

    private static Surroundings ofBare(NodeRuntime runtime, BareConfig config) {
        BareServices bare =
                new BareServices(config, runtime.identity(), runtime.config().rpcSecret(), runtime.loops());
        return new Surroundings(
                bare.apps(),
                bare::bans,
                bare::ban,
                bare.mailboxes(),
                bare::uplink,
                bare.broadcasts(),
                bare::pending,
                bare.labels(),
                gateway -> gateway.onRegistrarLoop(() -> gateway.registrar().onRegisters(List.of(bare.register()))),
                bare::onOrder,
                bare::ready,
                bare::close);
    }

    private static Surroundings ofFleet(NodeRuntime runtime, RoomMeters meters) {
        Peers savers = runtime.peers("saver");
        Peers registers = runtime.peers("register");
        Peers coordinators = runtime.peers("coordinator");
        AppSettings settings = runtime.settings();
        return new Surroundings(
                appKeys(settings),
                (request, timeout) -> savers.callAny(SaverMethods.BANS, request, timeout),
                (request, timeout) -> savers.callAny(SaverMethods.BAN_PUT, request, timeout),
                mailboxes(savers),
                (request, timeout) -> coordinators.callAny(CoordinatorMethods.UPLINK, request, timeout),
                broadcastStore(savers),
                (request, timeout) -> savers.callAny(SaverMethods.PENDING, request, timeout),
                labels(settings, savers, meters),
                gateway -> registers.listen(follower(registers, gateway)),
                order -> {},
                () -> savers.any() != null && registers.any() != null,
                () -> {});
    }

    private static PeersListener follower(Peers registers, Gateway gateway) {
        return new PeersListener() {
            @Override
            public void onChange() {
                List<RpcPeer> all = registers.all();
                gateway.onRegistrarLoop(() -> gateway.registrar().onRegisters(all));
            }

            @Override
            public void onUp(RpcPeer peer, RpcIdentity identity) {
                gateway.onRegistrarLoop(() -> gateway.registrar().onUp(peer, identity.incarnation()));
            }
        };
    }

    private static AppKeys appKeys(AppSettings settings) {
        return new AppKeys() {
            @Override
            public @Nullable App app(String id) {
                return settings.app(id);
            }

            @Override
            public long version() {
                return settings.version();
            }
        };
    }

    private static Mailboxes mailboxes(Peers savers) {
        return new Mailboxes() {
            @Override
            public CompletableFuture<LoadResponse> load(LoadRequest request, Duration timeout) {
                return savers.callAny(SaverMethods.LOAD, request, timeout);
            }

            @Override
            public CompletableFuture<AckResponse> ack(AckRequest request, Duration timeout) {
                return savers.callAny(SaverMethods.ACK, request, timeout);
            }
        };
    }

    private static Labels labels(AppSettings settings, Peers savers, RoomMeters meters) {
        return new Labels() {
            @Override
            public boolean clientsMayTag(String id) {
                App app = settings.app(id);
                return app != null && app.getClientTags();
            }

            @Override
            public CompletableFuture<LabelsChangeResponse> change(LabelsChangeRequest request, Duration timeout) {
                return savers.callAny(SaverMethods.LABELS_CHANGE, request, timeout);
            }

            @Override
            public void onOutcome(TagsOutcome outcome, int frames) {
                meters.tags(outcome, frames);
            }
        };
    }

    private static BroadcastStore broadcastStore(Peers savers) {
        return new BroadcastStore() {
            @Override
            public CompletableFuture<BroadcastsResponse> lists(BroadcastsRequest request, Duration timeout) {
                return savers.callAny(SaverMethods.BROADCASTS, request, timeout);
            }

            @Override
            public CompletableFuture<BroadcastCountsResponse> counts(BroadcastCountsRequest request, Duration timeout) {
                return savers.callAny(SaverMethods.BROADCAST_COUNTS, request, timeout);
            }
        };
    }
}
