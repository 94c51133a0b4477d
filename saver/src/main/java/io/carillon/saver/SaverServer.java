package io.carillon.saver;

import io.carillon.contract.DueOutcome;
import io.carillon.contract.DueRequest;
import io.carillon.contract.DueResponse;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.runtime.config.ConfigException;
import io.carillon.runtime.contract.CenterMethods;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.node.Service;
import io.carillon.runtime.node.ServiceMain;
import io.carillon.runtime.peers.Peers;
import io.carillon.saver.redis.StoreSettingsException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The saver's process: the contract's methods in front of the parts that do the work. */
public final class SaverServer implements Service {
    private static final Duration LEDGER_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration DUE_TIMEOUT = Duration.ofSeconds(2);

    private final Saver saver;
    private final SaverMeters meters;

    private SaverServer(NodeRuntime runtime, SaverConfig config) {
        Peers centers = runtime.peers("center");
        Peers savers = runtime.peers("saver");
        try {
            saver = new Saver(
                    config,
                    new Saver.Surroundings(
                            runtime.config().name(),
                            () -> savers.all().stream().map(RpcPeer::name).toList(),
                            users -> route(centers, users),
                            request ->
                                    listed(savers).map(peer -> peer.call(SaverMethods.LEDGER, request, LEDGER_TIMEOUT)),
                            runtime.config().dataPath(),
                            runtime.scheduler(),
                            Clock.systemUTC(),
                            Saver.Waits.STANDARD));
        } catch (StoreSettingsException e) {
            throw new ConfigException(String.valueOf(e.getMessage()), e);
        }
        meters = new SaverMeters(runtime.meters());
        saver.bindTo(runtime.meters());
    }

    public static void main(String[] args) {
        ServiceMain.run("saver", SaverConfig.class, args, SaverServer::new);
    }

    /** With those that drain: what they wrote down is asked for to the end. */
    private static Stream<RpcPeer> listed(Peers savers) {
        return savers.nodes().stream().map(node -> savers.byName(node.name())).filter(Objects::nonNull);
    }

    private static CompletableFuture<List<DueOutcome>> route(Peers centers, List<UserKey> users) {
        return centers.callAny(
                        CenterMethods.DUE,
                        DueRequest.newBuilder().addAllUsers(users).build(),
                        DUE_TIMEOUT)
                .thenApply(DueResponse::getOutcomesList);
    }

    @Override
    public void register(RpcServer.Builder rpc) {
        rpc.handle(
                SaverMethods.PUT, (request, call) -> saver.puts().put(request).thenApply(meters::put));
        rpc.handle(
                SaverMethods.ACK,
                (request, call) -> saver.deliveries().ack(request).thenApply(meters::ack));
        rpc.handle(
                SaverMethods.LOAD,
                (request, call) -> saver.deliveries().load(request).thenApply(meters::load));
        rpc.handle(SaverMethods.PENDING, (request, call) -> saver.queries().pending(request));
        rpc.handle(SaverMethods.MAILBOX, (request, call) -> saver.queries().mailbox(request));
        rpc.handle(SaverMethods.FORGET, (request, call) -> saver.forget(request));
        rpc.handle(SaverMethods.MESSAGE, (request, call) -> saver.history().message(request));
        rpc.handle(SaverMethods.RECALL, (request, call) -> saver.history().recall(request));
        rpc.handle(
                SaverMethods.REQUEST_COUNTS, (request, call) -> saver.history().counts(request));
        rpc.handle(SaverMethods.LEDGER, (request, call) -> saver.history().own(request));
        rpc.handle(SaverMethods.LABELS_CHANGE, (request, call) -> saver.labels().change(request));
        rpc.handle(SaverMethods.LABELS, (request, call) -> saver.labels().labels(request));
        rpc.handle(SaverMethods.RESOLVE, (request, call) -> saver.labels().resolve(request));
        rpc.handle(SaverMethods.TAGGED_COUNT, (request, call) -> saver.labels().count(request));
        rpc.handle(SaverMethods.CLAIM, (request, call) -> saver.claims().claim(request));
        rpc.handle(SaverMethods.UPLINK_PUT, (request, call) -> saver.uplinks().put(request));
        rpc.handle(SaverMethods.UPLINK_TAKE, (request, call) -> saver.uplinks().take(request));
        rpc.handle(
                SaverMethods.UPLINK_SETTLE, (request, call) -> saver.uplinks().settle(request));
        rpc.handle(SaverMethods.DEAD_LETTERS, (request, call) -> saver.deadLetters()
                .list(request));
        rpc.handle(SaverMethods.DEAD_LETTERS_REPLAY, (request, call) -> saver.deadLetters()
                .replay(request));
        rpc.handle(
                SaverMethods.PRESENCE_PUT, (request, call) -> saver.presence().put(request));
        rpc.handle(SaverMethods.PRESENCE_REPORTED, (request, call) -> saver.presence()
                .reported(request));
        rpc.handle(SaverMethods.SETTINGS, (request, call) -> saver.settings().settings(request));
        rpc.handle(SaverMethods.APP_PUT, (request, call) -> saver.settings().put(request));
        rpc.handle(SaverMethods.BAN_PUT, (request, call) -> saver.bans().put(request));
        rpc.handle(SaverMethods.BAN_LIFT, (request, call) -> saver.bans().lift(request));
        rpc.handle(SaverMethods.BANS, (request, call) -> saver.bans().bans(request));
        registerBroadcasts(rpc);
        rpc.handle(
                SaverMethods.SCHEDULE_PUT, (request, call) -> saver.schedule().put(request));
        rpc.handle(
                SaverMethods.SCHEDULE_TAKE, (request, call) -> saver.schedule().take(request));
        rpc.handle(
                SaverMethods.SCHEDULE_DONE, (request, call) -> saver.schedule().done(request));
    }

    private void registerBroadcasts(RpcServer.Builder rpc) {
        rpc.handle(SaverMethods.BROADCAST_PUT, (request, call) -> saver.broadcasts()
                .put(request));
        rpc.handle(SaverMethods.BROADCAST_GET, (request, call) -> saver.broadcasts()
                .get(request));
        rpc.handle(SaverMethods.BROADCAST_LIST, (request, call) -> saver.broadcasts()
                .list(request));
        rpc.handle(SaverMethods.BROADCAST_CHANGE, (request, call) -> saver.broadcasts()
                .change(request));
        rpc.handle(SaverMethods.BROADCAST_COUNTS, (request, call) -> saver.broadcasts()
                .counts(request));
        rpc.handle(SaverMethods.BROADCAST_LEDGER, (request, call) -> saver.broadcastHistory()
                .steps(request));
        rpc.handle(SaverMethods.BROADCASTS, (request, call) -> saver.listings().broadcasts(request));
        rpc.handle(SaverMethods.BROADCAST_TICK, (request, call) -> saver.ticks().tick(request));
    }

    @Override
    public void start() throws IOException {
        saver.start();
    }

    @Override
    public boolean ready() {
        return saver.ready();
    }

    @Override
    public void stop(Duration limit) {
        saver.close();
    }
}
