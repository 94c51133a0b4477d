package io.carillon.bench.inject;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.OrderOutcome;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.contract.RoomMethods;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends to a room over the same RPC calls as center does, a burst in one request. A message that the room would load from
 * a mailbox later comes again under a new seq, since a bare room has no mailbox.
 */
public final class RoomInjector implements Injector {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long AGAIN_MS = 5;
    private static final int AGAIN_MAX = 200;
    private static final long BROADCAST_TTL_MS = 60_000;

    private final String app;
    private final IntFunction<String> userOf;
    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "injector");
    private final RpcClient client;
    private final RpcPeer room;
    private final AtomicLong seq = new AtomicLong(TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));
    private final AtomicLong again = new AtomicLong();
    private List<Sent> batch = new ArrayList<>();
    private volatile String problem = "";

    private record Sent(int device, long handle, ByteString payload, boolean qos0, Fate fate, int attempt) {}

    /** @param name unique among the injectors of a run */
    public RoomInjector(String name, InetSocketAddress rpc, String secret, String app, IntFunction<String> userOf) {
        this.app = app;
        this.userOf = userOf;
        client = new RpcClient(
                RpcConfig.defaults().withConnectionsPerPeer(1),
                new RpcIdentity("center", name, System.currentTimeMillis(), "bench"),
                secret,
                loops);
        room = client.open("room", rpc);
    }

    @Override
    public void send(int device, long handle, byte[] payload, boolean qos0, Fate fate) {
        batch.add(new Sent(device, handle, UnsafeByteOperations.unsafeWrap(payload), qos0, fate, 0));
    }

    @Override
    public void flush() {
        if (!batch.isEmpty()) {
            List<Sent> full = batch;
            batch = new ArrayList<>();
            send(full);
        }
    }

    private void send(List<Sent> messages) {
        RpcIdentity identity = room.identity();
        DeliverRequest.Builder request = DeliverRequest.newBuilder();
        if (identity != null) {
            request.setIncarnation(identity.incarnation());
        }
        messages.forEach(message -> request.addEntries(entry(message)));
        room.call(RoomMethods.DELIVER, request.build(), TIMEOUT)
                .whenComplete((answer, failure) -> onAnswer(messages, answer, failure));
    }

    private DeliverEntry entry(Sent message) {
        long number = message.qos0 ? 0 : seq.incrementAndGet();
        return DeliverEntry.newBuilder()
                .setApp(app)
                .setUser(userOf.apply(message.device))
                .setConnectionId(message.handle)
                .setSeq(number)
                .setMessageId(id(message.device, number))
                .setPayload(message.payload)
                .setQos0(message.qos0)
                .build();
    }

    private static ByteString id(long high, long low) {
        return UnsafeByteOperations.unsafeWrap(
                ByteBuffer.allocate(16).putLong(high).putLong(low).array());
    }

    private void onAnswer(List<Sent> messages, @Nullable DeliverResponse answer, @Nullable Throwable failure) {
        if (answer == null) {
            problem = "deliver: " + failure;
            messages.forEach(message -> message.fate.onRefused());
            return;
        }
        List<Sent> later = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            Sent message = messages.get(i);
            DeliverOutcome outcome = answer.getOutcomes(i);
            if (outcome == DeliverOutcome.DELIVER_OUTCOME_LATER && message.attempt < AGAIN_MAX) {
                later.add(new Sent(
                        message.device,
                        message.handle,
                        message.payload,
                        message.qos0,
                        message.fate,
                        message.attempt + 1));
            } else if (outcome != DeliverOutcome.DELIVER_OUTCOME_WRITTEN) {
                message.fate.onRefused();
            }
        }
        if (!later.isEmpty()) {
            again.addAndGet(later.size());
            loops.next().schedule(() -> send(later), AGAIN_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** Messages that the room put off, so that they were sent again. */
    public long again() {
        return again.get();
    }

    @Override
    public void sendToAll(long number, byte[] payload, boolean qos0) {
        RpcIdentity identity = room.identity();
        long nowMs = System.currentTimeMillis();
        Broadcast record = Broadcast.newBuilder()
                .setSpec(BroadcastSpec.newBuilder()
                        .setId(id(nowMs, number))
                        .setApp(app)
                        .setKind(BroadcastKind.BROADCAST_KIND_PUSH)
                        .setPayload(UnsafeByteOperations.unsafeWrap(payload))
                        .setTtlMs(BROADCAST_TTL_MS)
                        .setAcceptedAtMs(nowMs))
                .setState(BroadcastState.BROADCAST_STATE_RUNNING)
                .setBseq(seq.incrementAndGet())
                .setStartedAtMs(nowMs)
                .setExpiresAtMs(nowMs + BROADCAST_TTL_MS)
                .build();
        BroadcastOrderRequest request = BroadcastOrderRequest.newBuilder()
                .setIncarnation(identity == null ? 0 : identity.incarnation())
                .addOrders(BroadcastOrder.newBuilder()
                        .setBroadcast(record.getSpec().getId())
                        .setLeaseNumber(1)
                        .setWanted(BroadcastState.BROADCAST_STATE_RUNNING)
                        .setRecord(record))
                .build();
        room.call(RoomMethods.BROADCAST_ORDER, request, TIMEOUT).whenComplete((answer, failure) -> {
            if (answer == null) {
                problem = "broadcast: " + failure;
            } else if (answer.getResults(0).getOutcome() != OrderOutcome.ORDER_OUTCOME_TAKEN) {
                problem = "broadcast: " + answer.getResults(0).getOutcome();
            }
        });
    }

    /** Whether the room can be asked. */
    public boolean connected() {
        return room.connected();
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void close() {
        client.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
