package io.carillon.room.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.Audience;
import io.carillon.contract.BanEntry;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastCount;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.BroadcastsOfApp;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.OrderResult;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryLimits;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.delivery.Mailboxes;
import io.carillon.room.loop.VirtualLoop;
import io.carillon.room.registration.Session;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A desk and one loop in virtual time, with the devices on it, a saver and a center. */
final class BroadcastWorld implements BroadcastStore, BindingSlots, Mailboxes {
    static final String APP = "demo";
    static final NodeRef ROOM =
            NodeRef.newBuilder().setName("room-1").setIncarnation(7).build();

    final VirtualLoop loop = new VirtualLoop();
    final List<Device> devices = new ArrayList<>();
    /** saver's list of the app, by bseq. */
    final TreeMap<Long, Broadcast> listed = new TreeMap<>();

    final Map<ByteString, BroadcastCount> counts = new HashMap<>();
    final List<BroadcastStep> steps = new ArrayList<>();
    final BroadcastLimits limits;
    final BroadcastDesk desk;
    final BroadcastLoop broadcasts;
    private final DeliveryLoop delivery;
    private long version = 1;
    private long newest;
    boolean saverAway;
    /** Bans that wait for {@link #answerBans}. */
    final Map<BanEntry, Consumer<Boolean>> bans = new LinkedHashMap<>();

    int bansMax = Integer.MAX_VALUE;
    private final List<BroadcastsRequest> polls = new ArrayList<>();
    private final List<CompletableFuture<BroadcastsResponse>> pollAnswers = new ArrayList<>();

    BroadcastWorld() {
        this(BroadcastLimits.defaults());
    }

    BroadcastWorld(BroadcastLimits limits) {
        this.limits = limits;
        desk = new BroadcastDesk(loop, limits, ROOM, this, this::offer, new NoCounters());
        broadcasts = desk.newLoop(loop);
        broadcasts.attach(this);
        delivery = new DeliveryLoop(loop, DeliveryLimits.defaults(), this, broadcasts, "room-1", bound -> 0);
        desk.start();
        pass(1);
    }

    private boolean offer(BanEntry ban, Consumer<Boolean> then) {
        if (bans.size() >= bansMax) {
            return false;
        }
        bans.put(ban, then);
        return true;
    }

    /** saver stores the bans that wait, or refuses them for good. */
    void answerBans(boolean stored) {
        List<Consumer<Boolean>> all = List.copyOf(bans.values());
        bans.clear();
        all.forEach(then -> then.accept(stored));
        loop.run();
    }

    void pass(long ms) {
        loop.pass(Duration.ofMillis(ms));
    }

    // ---- devices

    /** A device that has everything up to {@code floor}, and {@code seen} above it. */
    Device login(long floor, long... seen) {
        BroadcastCursor.Builder cursor = BroadcastCursor.newBuilder().setFloor(floor);
        for (long bseq : seen) {
            cursor.addSeenAbove(bseq);
        }
        return login(cursor.build(), false);
    }

    Device login(@Nullable BroadcastCursor cursor, boolean fromTheFirst) {
        Device device = new Device();
        int id = devices.size();
        Session session = new Session(APP, "user-" + id, id, "device-" + id, "wifi", loop.nowNs());
        device.binding = new Binding(session, 0, device, delivery);
        devices.add(device);
        broadcasts.opened(device.binding(), cursor, fromTheFirst);
        return device;
    }

    List<Device> logins(int count) {
        List<Device> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(login(0));
        }
        pass(20);
        return added;
    }

    void logout(Device device) {
        device.binding().end();
        broadcasts.ended(device.binding());
    }

    void drained(Device device) {
        device.writable = true;
        broadcasts.mayHaveOpened(device.binding());
    }

    void ping(Device device) {
        broadcasts.heard(device.binding());
    }

    void tags(Device device, String... tags) {
        broadcasts.onTags(device.binding(), List.of(tags));
    }

    long received(long bseq) {
        return devices.stream().filter(device -> device.received.contains(bseq)).count();
    }

    /** What saver was told. */
    long reportedWritten(long bseq) {
        return counts.getOrDefault(id(bseq), BroadcastCount.getDefaultInstance())
                .getWritten();
    }

    @Override
    public int slots() {
        return devices.size();
    }

    @Override
    public void forEach(int slot, Consumer<Binding> action) {
        action.accept(devices.get(slot).binding());
    }

    @Override
    public void kick(Binding binding, ProtocolCode code, String reason) {
        Device device = devices.get((int) binding.session().connectionId());
        device.kicked = code + " " + reason;
        logout(device);
    }

    // ---- saver

    static ByteString id(long bseq) {
        return ByteString.copyFrom(
                ByteBuffer.allocate(16).putLong(9).putLong(bseq).flip());
    }

    Broadcast.Builder broadcast(long bseq) {
        return Broadcast.newBuilder()
                .setSpec(BroadcastSpec.newBuilder()
                        .setId(id(bseq))
                        .setApp(APP)
                        .setPayload(ByteString.copyFromUtf8("to all")))
                .setState(BroadcastState.BROADCAST_STATE_RUNNING)
                .setBseq(bseq)
                .setExpiresAtMs(loop.wallMs() + 3_600_000);
    }

    Broadcast meantFor(long bseq, Audience.Builder audience) {
        Broadcast.Builder broadcast = broadcast(bseq);
        broadcast.getSpecBuilder().setAudience(audience);
        return broadcast.build();
    }

    /** saver lists it, in a state. */
    void list(Broadcast broadcast, BroadcastState state) {
        listed.put(broadcast.getBseq(), broadcast.toBuilder().setState(state).build());
        newest = Math.max(newest, broadcast.getBseq());
        changed();
    }

    void list(long bseq, BroadcastState state) {
        Broadcast known = listed.get(bseq);
        list(known == null ? broadcast(bseq).build() : known, state);
    }

    void unlist(long bseq) {
        listed.remove(bseq);
        changed();
    }

    void changed() {
        version++;
        for (int i = pollAnswers.size() - 1; i >= 0; i--) {
            answer(i);
        }
        loop.run();
    }

    private BroadcastsResponse listings(BroadcastsRequest request) {
        BroadcastsResponse.Builder response = BroadcastsResponse.newBuilder();
        for (BroadcastsOfApp app : request.getAppsList()) {
            if (app.getApp().equals(APP) && app.getVersion() < version) {
                response.addListings(BroadcastListing.newBuilder()
                        .setApp(APP)
                        .setVersion(version)
                        .setNewestBseq(newest)
                        .addAllBroadcasts(listed.values()));
            }
        }
        return response.build();
    }

    private void answer(int poll) {
        BroadcastsResponse response = listings(polls.get(poll));
        if (response.getListingsCount() > 0) {
            polls.remove(poll);
            pollAnswers.remove(poll).complete(response);
        }
    }

    @Override
    public CompletableFuture<BroadcastsResponse> lists(BroadcastsRequest request, Duration timeout) {
        if (saverAway) {
            return CompletableFuture.failedFuture(new IllegalStateException("away"));
        }
        BroadcastsResponse now = listings(request);
        if (request.getWaitMs() == 0 || now.getListingsCount() > 0) {
            return CompletableFuture.completedFuture(now);
        }
        CompletableFuture<BroadcastsResponse> answer = new CompletableFuture<>();
        polls.add(request);
        pollAnswers.add(answer);
        return answer;
    }

    @Override
    public CompletableFuture<BroadcastCountsResponse> counts(BroadcastCountsRequest request, Duration timeout) {
        if (saverAway) {
            return CompletableFuture.failedFuture(new IllegalStateException("away"));
        }
        request.getCountsList().forEach(count -> counts.put(count.getId(), count));
        steps.addAll(request.getStepsList());
        return CompletableFuture.completedFuture(BroadcastCountsResponse.getDefaultInstance());
    }

    @Override
    public CompletableFuture<LoadResponse> load(LoadRequest request, Duration timeout) {
        return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<AckResponse> ack(AckRequest request, Duration timeout) {
        return new CompletableFuture<>();
    }

    // ---- center

    OrderResult order(Broadcast broadcast, long lease, BroadcastState wanted, double rate) {
        BroadcastOrder order = BroadcastOrder.newBuilder()
                .setBroadcast(broadcast.getSpec().getId())
                .setLeaseNumber(lease)
                .setWanted(wanted)
                .setRatePerSecond(rate)
                .setRecord(broadcast)
                .build();
        return order(order);
    }

    OrderResult order(BroadcastOrder order) {
        var answer = desk.order(BroadcastOrderRequest.newBuilder()
                .setIncarnation(ROOM.getIncarnation())
                .addOrders(order)
                .build());
        loop.run();
        return answer.join().getResults(0);
    }

    /** Lists and orders it, as a start does. */
    OrderResult start(long bseq, double rate) {
        list(bseq, BroadcastState.BROADCAST_STATE_RUNNING);
        return run(bseq, rate);
    }

    OrderResult run(long bseq, double rate) {
        return order(listedOr(bseq), 1, BroadcastState.BROADCAST_STATE_RUNNING, rate);
    }

    OrderResult pause(long bseq) {
        return order(listedOr(bseq), 1, BroadcastState.BROADCAST_STATE_PAUSED, 0);
    }

    private Broadcast listedOr(long bseq) {
        Broadcast known = listed.get(bseq);
        return known == null ? broadcast(bseq).build() : known;
    }
}
