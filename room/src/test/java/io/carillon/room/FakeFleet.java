package io.carillon.room;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.AckEntry;
import io.carillon.contract.AckKind;
import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.App;
import io.carillon.contract.Ban;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.contract.BroadcastCount;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastsOfApp;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.contract.GoneEntry;
import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.LoadResult;
import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResponse;
import io.carillon.contract.RegisterResult;
import io.carillon.contract.SessionEntry;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.contract.StoredMessage;
import io.carillon.contract.UnregisterRequest;
import io.carillon.contract.UnregisterResponse;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.contract.UserKey;
import io.carillon.contract.WholenessRequest;
import io.carillon.contract.WholenessResponse;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.contract.CoordinatorMethods;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.SaverMethods;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The other services of a room, in memory behind real RPC servers. */
final class FakeFleet implements AutoCloseable {
    static final String SECRET = "a-secret-for-tests-only";

    final Map<String, NavigableMap<Long, StoredMessage>> mailboxes = new ConcurrentHashMap<>();
    final Queue<Ack> acks = new ConcurrentLinkedQueue<>();
    final Map<String, SessionEntry> sessions = new ConcurrentHashMap<>();
    final Queue<WholenessRequest> bitmaps = new ConcurrentLinkedQueue<>();
    final Queue<UplinkEntry> uplinks = new ConcurrentLinkedQueue<>();
    final Queue<String> asked = new ConcurrentLinkedQueue<>();
    final Queue<Integer> resend = new ConcurrentLinkedQueue<>();
    final Map<String, BroadcastListing> listings = new ConcurrentHashMap<>();
    final Map<ByteString, BroadcastCount> counts = new ConcurrentHashMap<>();
    final Map<String, List<String>> tags = new ConcurrentHashMap<>();
    /** Calls so far. */
    final AtomicInteger loads = new AtomicInteger();

    final AtomicInteger failingLoads = new AtomicInteger();
    final AtomicInteger failingAcks = new AtomicInteger();
    private final Queue<Ban> bans = new ConcurrentLinkedQueue<>();
    volatile String supersededBy = "";

    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "fake-fleet");
    private final RpcServer saver;
    private final RpcServer coordinator;
    private @Nullable RpcServer register;

    FakeFleet() throws IOException {
        saver = server("saver", 1)
                .handle(SaverMethods.LOAD, (request, call) -> answer(load(request)))
                .handle(SaverMethods.ACK, (request, call) -> answer(ack(request)))
                .handle(SaverMethods.PENDING, (request, call) -> answer(pending(request)))
                .handle(SaverMethods.BANS, (request, call) -> bans(request))
                .handle(SaverMethods.BROADCASTS, (request, call) -> broadcasts(request))
                .handle(SaverMethods.BROADCAST_COUNTS, (request, call) -> {
                    request.getCountsList().forEach(count -> counts.put(count.getId(), count));
                    return answer(BroadcastCountsResponse.getDefaultInstance());
                })
                .handle(SaverMethods.SETTINGS, (request, call) -> settings(request))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        coordinator = server("coordinator", 1)
                .handle(CoordinatorMethods.UPLINK, (request, call) -> answer(uplink(request)))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        startRegister(0, 1);
    }

    private RpcServer.Builder server(String role, long incarnation) {
        return RpcServer.builder(
                RpcConfig.defaults(), new RpcIdentity(role, role + "-1", incarnation, "test"), SECRET, loops);
    }

    private static <T> CompletableFuture<T> answer(T value) {
        return CompletableFuture.completedFuture(value);
    }

    void startRegister(int port, long incarnation) throws IOException {
        register = server("register", incarnation)
                .handle(RegisterMethods.REGISTER, (request, call) -> answer(register(request)))
                .handle(RegisterMethods.UNREGISTER, (request, call) -> answer(unregister(request)))
                .handle(RegisterMethods.WHOLENESS, (request, call) -> answer(wholeness(request)))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Another life of the register, at the same address, that knows nothing. */
    void restartRegister() throws IOException {
        RpcServer running = register;
        if (running == null) {
            throw new IllegalStateException("no register runs");
        }
        int port = running.address().getPort();
        running.stop(Duration.ofMillis(100));
        sessions.clear();
        startRegister(port, 2);
    }

    String addresses() {
        RpcServer running = register;
        return node("saver", saver)
                + node("coordinator", coordinator)
                + (running == null ? "" : node("register", running));
    }

    private static String node(String role, RpcServer server) {
        return "      - role: " + role + "\n        name: " + role + "-1\n        rpc: 127.0.0.1:"
                + server.address().getPort() + "\n";
    }

    // ---- saver
    // -------------------------------------------------------------------------------------------------------

    static ByteString messageId(long seq) {
        return ByteString.copyFrom(
                ByteBuffer.allocate(16).putLong(0x2222).putLong(seq).flip());
    }

    void store(String user, long seq, String payload) {
        mailboxes
                .computeIfAbsent(user, any -> new ConcurrentSkipListMap<>())
                .put(
                        seq,
                        StoredMessage.newBuilder()
                                .setSeq(seq)
                                .setMessageId(messageId(seq))
                                .setPayload(ByteString.copyFromUtf8(payload))
                                .build());
    }

    boolean isEmpty(String user) {
        return mailboxes.getOrDefault(user, new ConcurrentSkipListMap<>()).isEmpty();
    }

    private LoadResponse load(LoadRequest request) {
        LoadResponse.Builder response = LoadResponse.newBuilder();
        loads.incrementAndGet();
        boolean fails = failingLoads.getAndDecrement() > 0;
        for (LoadEntry entry : request.getEntriesList()) {
            LoadResult.Builder result = LoadResult.newBuilder();
            if (!fails) {
                entry.getAcksList().forEach(ack -> apply(entry.getUser(), ack));
                result.setLoaded(true).setTagsKnown(true).addAllTags(tags.getOrDefault(entry.getUser(), List.of()));
                for (StoredMessage message : mailboxes
                        .getOrDefault(entry.getUser(), new ConcurrentSkipListMap<>())
                        .values()) {
                    if (entry.getInFlightList().contains(message.getSeq())) {
                        continue;
                    }
                    if (result.getMessagesCount() == entry.getMessagesMax()) {
                        result.setMore(true);
                        break;
                    }
                    result.addMessages(message);
                }
            }
            response.addResults(result);
        }
        return response.build();
    }

    /** What every app's list says from now on. */
    void list(BroadcastListing listing) {
        listings.put(listing.getApp(), listing);
    }

    private CompletableFuture<BroadcastsResponse> broadcasts(BroadcastsRequest request) {
        BroadcastsResponse.Builder response = BroadcastsResponse.newBuilder();
        for (BroadcastsOfApp app : request.getAppsList()) {
            BroadcastListing nothing = BroadcastListing.newBuilder()
                    .setApp(app.getApp())
                    .setVersion(1)
                    .build();
            BroadcastListing listing = listings.getOrDefault(app.getApp(), nothing);
            if (listing.getVersion() > app.getVersion()) {
                response.addListings(listing);
            }
        }
        return answer(response.build());
    }

    private AckResponse ack(AckRequest request) {
        AckResponse.Builder response = AckResponse.newBuilder();
        boolean fails = failingAcks.getAndDecrement() > 0;
        for (AckEntry entry : request.getEntriesList()) {
            if (!fails) {
                entry.getAcksList().forEach(ack -> apply(entry.getUser(), ack));
            }
            response.addApplied(!fails);
        }
        return response.build();
    }

    private void apply(String user, Ack ack) {
        acks.add(ack);
        if (ack.getKind() != AckKind.ACK_KIND_LATER) {
            mailboxes.getOrDefault(user, new ConcurrentSkipListMap<>()).remove(ack.getSeq());
        }
    }

    private PendingResponse pending(PendingRequest request) {
        PendingResponse.Builder response = PendingResponse.newBuilder();
        request.getUsersList().forEach(user -> {
            asked.add(user.getUser());
            response.addPending(!isEmpty(user.getUser()));
        });
        return response.build();
    }

    private static CompletableFuture<SettingsResponse> settings(SettingsRequest request) {
        if (request.getKnownVersion() == 1) {
            return new CompletableFuture<SettingsResponse>()
                    .completeOnTimeout(
                            SettingsResponse.newBuilder().setVersion(1).build(), 1, TimeUnit.SECONDS);
        }
        App disabled = TestTokens.app("closed").toBuilder().setDisabled(true).build();
        return answer(SettingsResponse.newBuilder()
                .setVersion(1)
                .setChanged(true)
                .addApps(TestTokens.app("demo"))
                .addApps(TestTokens.app("other"))
                .addApps(disabled)
                .build());
    }

    /** @param banMs 0: lifts it */
    void ban(String user, long banMs, String reason) {
        bans.add(Ban.newBuilder()
                .setUser(UserKey.newBuilder().setApp("demo").setUser(user))
                .setUntilMs(banMs == 0 ? 0 : System.currentTimeMillis() + banMs)
                .setReason(reason)
                .build());
    }

    /** Versions begin at 1; each ban takes the next. */
    private CompletableFuture<BansResponse> bans(BansRequest request) {
        List<Ban> all = List.copyOf(bans);
        long version = 1L + all.size();
        BansResponse.Builder response =
                BansResponse.newBuilder().setVersion(version).setBaseVersion(1).setNowMs(System.currentTimeMillis());
        if (request.getAfterVersion() == version) {
            return new CompletableFuture<BansResponse>().completeOnTimeout(response.build(), 50, TimeUnit.MILLISECONDS);
        }
        int known = request.getAfterVersion() == 0 ? 0 : (int) request.getAfterVersion() - 1;
        return answer(response.setReset(request.getAfterVersion() == 0)
                .addAllBans(all.subList(known, all.size()))
                .build());
    }

    // ---- register
    // ----------------------------------------------------------------------------------------------------

    private RegisterResponse register(RegisterRequest request) {
        RegisterResponse.Builder response = RegisterResponse.newBuilder();
        for (SessionEntry session : request.getSessionsList()) {
            if (supersededBy.isEmpty()) {
                sessions.put(session.getUser(), session);
                response.addResults(
                        RegisterResult.newBuilder().setRegistered(true).setVersion(1));
            } else {
                response.addResults(
                        RegisterResult.newBuilder().setSuperseded(true).setNewcomerDevice(supersededBy));
            }
        }
        return response.build();
    }

    private UnregisterResponse unregister(UnregisterRequest request) {
        for (GoneEntry gone : request.getSessionsList()) {
            sessions.computeIfPresent(
                    gone.getUser(),
                    (user, session) -> session.getConnectionId() == gone.getConnectionId() ? null : session);
        }
        return UnregisterResponse.getDefaultInstance();
    }

    private WholenessResponse wholeness(WholenessRequest request) {
        bitmaps.add(request);
        WholenessResponse.Builder response = WholenessResponse.newBuilder();
        for (Integer bucket = resend.poll(); bucket != null; bucket = resend.poll()) {
            response.addResend(bucket);
        }
        return response.build();
    }

    // ---- coordinator
    // -------------------------------------------------------------------------------------------------

    private UplinkResponse uplink(UplinkRequest request) {
        UplinkResponse.Builder response = UplinkResponse.newBuilder();
        request.getEntriesList().forEach(entry -> {
            uplinks.add(entry);
            response.addResults(UplinkResult.getDefaultInstance());
        });
        return response.build();
    }

    @Override
    public void close() {
        saver.stop(Duration.ofMillis(100));
        coordinator.stop(Duration.ofMillis(100));
        RpcServer running = register;
        if (running != null) {
            running.stop(Duration.ofMillis(100));
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
