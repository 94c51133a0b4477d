package io.carillon.bench.simulated;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.bench.check.TestMessage;
import io.carillon.bench.check.UnicastCheck;
import io.carillon.bench.load.Latencies;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.Connected;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices at the far ends of simulated channels: they log in, acknowledge, and check each message. A device is one reference of
 * an array, and two fields of its channel: {@link #HEAP_BYTES_EACH}. Thread-safe; bytes come and go on the channels' loops.
 */
final class SimulatedDevices implements SimulatedChannel.FarEnd {
    /** The reference to its channel, and the channel's fields {@code farEnd} and {@code device}. */
    static final int HEAP_BYTES_EACH = 8 + 8 + 4;

    private static final byte[] PING = {FrameType.PING, 0};
    private static final int ROOM_PORT = 7101;
    private static final int DEVICES_PER_ADDRESS = 30_000;
    private static final int PORT_FIRST = 20_000;

    final UnicastCheck unicasts = new UnicastCheck();
    final Latencies unicastLatencies = new Latencies();
    final Latencies loginLatencies = new Latencies();
    final LongAdder loginCount = new LongAdder();
    final LongAdder connected = new LongAdder();
    /** Channels that the room has closed after their login. */
    final LongAdder losses = new LongAdder();

    final LongAdder pongs = new LongAdder();
    /** Messages of no run, or of another one. */
    final LongAdder strange = new LongAdder();

    private final SimulatedSetup setup;
    private final Consumer<Channel> entrance;
    private final Handles handles;
    private final LeanLogins logins;
    private final InetSocketAddress room = new InetSocketAddress(InetAddress.getLoopbackAddress(), ROOM_PORT);
    private final AtomicReferenceArray<@Nullable SimulatedChannel> channels;
    private final Semaphore places;
    private final Map<Integer, Long> sinceNs = new ConcurrentHashMap<>();
    /** Benign race: of two that go wrong at once either may stay. */
    private volatile String problem = "";

    /** @param entrance takes channels into the room */
    SimulatedDevices(SimulatedSetup setup, Consumer<Channel> entrance, Handles handles) {
        this.setup = setup;
        this.entrance = entrance;
        this.handles = handles;
        this.logins = new LeanLogins(setup.app(), setup.keyId(), setup.clientSecret(), setup.pingSeconds());
        this.channels = new AtomicReferenceArray<>(setup.devices());
        this.places = new Semaphore(setup.loginsInFlight());
    }

    /** The first thing that went wrong; empty: none has. */
    String problem() {
        return problem;
    }

    // ---- what devices do
    // --------------------------------------------------------------------------------------------------

    /** Lets a device log in that is away; waits for a place among those that do so. One thread at a time makes the first words. */
    synchronized void logIn(int device) throws InterruptedException {
        if (channels.get(device) != null) {
            return;
        }
        places.acquire();
        byte[] words = logins.of(SimulatedSetup.user(setup.run(), device));
        SimulatedChannel channel = new SimulatedChannel(this, device, localAddress(), address(device));
        channels.set(device, channel);
        sinceNs.put(device, System.nanoTime());
        entrance.accept(channel);
        channel.eventLoop().execute(() -> channel.receive(words));
    }

    /** Returns when nobody logs in. */
    void awaitLogins() throws InterruptedException {
        places.acquire(setup.loginsInFlight());
        places.release(setup.loginsInFlight());
    }

    /** A device hangs up without a word; nothing where it is away, or about to come. */
    boolean hangUp(int device) {
        SimulatedChannel channel = channels.get(device);
        if (channel == null || handles.get(device) == 0 || !channels.compareAndSet(device, channel, null)) {
            return false;
        }
        handles.set(device, 0);
        connected.decrement();
        channel.eventLoop().execute(channel::hangUp);
        return true;
    }

    /** Has those devices of a range ping that are on the calling loop. */
    void ping(int from, int to) {
        for (int device = from; device < to; device++) {
            SimulatedChannel channel = channels.get(device);
            if (channel != null && channel.eventLoop().inEventLoop() && handles.get(device) != 0) {
                channel.receive(PING);
            }
        }
    }

    /** An object a connection, as an accepted socket has one of its own. */
    private InetSocketAddress localAddress() {
        return new InetSocketAddress(copy(room.getAddress().getAddress()), ROOM_PORT);
    }

    private static InetSocketAddress address(int device) {
        int host = device / DEVICES_PER_ADDRESS;
        byte[] bytes = {127, 1, (byte) (host / 250), (byte) (1 + host % 250)};
        return new InetSocketAddress(copy(bytes), PORT_FIRST + device % DEVICES_PER_ADDRESS);
    }

    private static InetAddress copy(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    // ---- what comes to them
    // -----------------------------------------------------------------------------------------------

    @Override
    public void onBytes(SimulatedChannel channel, ByteBuf bytes) {
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            int body = skipVarint(bytes, at + 1);
            int end = body + varint(bytes, at + 1);
            if (end > bytes.writerIndex()) {
                note("a frame in pieces (expected: whole frames in each write)");
                return;
            }
            onFrame(channel, bytes.getUnsignedByte(at), bytes, body, end);
            at = end;
        }
    }

    private void onFrame(SimulatedChannel channel, int type, ByteBuf bytes, int body, int end) {
        switch (type) {
            case FrameType.PUSH -> onPush(channel, bytes, body, end);
            case FrameType.PONG -> pongs.increment();
            case FrameType.CONNECTED -> onConnected(channel, bytes, body, end);
            // Says that the login has to be tried again; the close behind it is seen.
            case FrameType.BUSY -> {}
            case FrameType.ERROR, FrameType.KICKED ->
                note("a frame of type " + type + " to device " + channel.device() + ": "
                        + ByteBufUtil.hexDump(bytes, body, end - body));
            default -> {}
        }
    }

    private void onConnected(SimulatedChannel channel, ByteBuf bytes, int body, int end) {
        int device = channel.device();
        Long since = sinceNs.remove(device);
        if (since == null) {
            note("CONNECTED to device " + device + ", which did not log in");
            return;
        }
        try {
            Connected answer = Connected.parseFrom(ByteBufUtil.getBytes(bytes, body, end - body));
            if (answer.getBindingsCount() != 1 || answer.getBindings(0).getCode() != 0) {
                note("the login of device " + device + " was refused: " + answer);
                return;
            }
            loginCount.increment();
            connected.increment();
            handles.set(device, answer.getConnectionId());
            loginLatencies.record(System.nanoTime() - since);
        } catch (InvalidProtocolBufferException e) {
            note("CONNECTED can't be read: " + e.getMessage());
        } finally {
            // Behind all that it means: who waits for the logins finds it done.
            places.release();
        }
    }

    /** {@code flags 1, binding varint, seq varint, back varint?, id 16, extension?, payload}. */
    private void onPush(SimulatedChannel channel, ByteBuf bytes, int body, int end) {
        int flags = bytes.getByte(body);
        int seqAt = skipVarint(bytes, body + 1);
        int at = skipVarint(bytes, seqAt);
        int seqEnd = at;
        if ((flags & (PushFrame.FLAG_BROADCAST | PushFrame.FLAG_QOS0)) == 0) {
            at = skipVarint(bytes, at);
        }
        at += PushFrame.MESSAGE_ID_BYTES;
        if ((flags & PushFrame.FLAG_EXTENSION) != 0) {
            at = skipVarint(bytes, at) + varint(bytes, at);
        }
        check(channel.device(), bytes, at, end - at);
        if ((flags & PushFrame.FLAG_QOS0) == 0) {
            byte[] ack = ack(bytes, body + 1, seqAt, seqEnd);
            // Not within the room's write: what the other end says is read in a turn of its own.
            channel.eventLoop().execute(() -> channel.receive(ack));
        }
    }

    private void check(int device, ByteBuf bytes, int index, int length) {
        if (!TestMessage.isOf(setup.run(), bytes, index, length)) {
            strange.increment();
        } else if (unicasts.onArrived(TestMessage.number(bytes, index), TestMessage.device(bytes, index), device)) {
            unicastLatencies.record(System.nanoTime() - TestMessage.dueNs(bytes, index));
        }
    }

    /** {@code flags 0, kind 0, binding, count 1, seq}; binding and seq as they came. */
    private static byte[] ack(ByteBuf bytes, int bindingAt, int seqAt, int seqEnd) {
        int bindingBytes = seqAt - bindingAt;
        int seqBytes = seqEnd - seqAt;
        byte[] ack = new byte[5 + bindingBytes + seqBytes];
        ack[0] = FrameType.ACK;
        ack[1] = (byte) (ack.length - 2);
        bytes.getBytes(bindingAt, ack, 4, bindingBytes);
        ack[4 + bindingBytes] = 1;
        bytes.getBytes(seqAt, ack, 5 + bindingBytes, seqBytes);
        return ack;
    }

    private static int varint(ByteBuf bytes, int from) {
        int value = 0;
        int shift = 0;
        for (int at = from; ; at++) {
            int next = bytes.getByte(at);
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
            shift += 7;
        }
    }

    private static int skipVarint(ByteBuf bytes, int from) {
        int at = from;
        while (bytes.getByte(at) < 0) {
            at++;
        }
        return at + 1;
    }

    @Override
    public void onClosed(SimulatedChannel channel) {
        if (!channels.compareAndSet(channel.device(), channel, null)) {
            return;
        }
        if (sinceNs.remove(channel.device()) != null) {
            places.release();
            return;
        }
        if (handles.get(channel.device()) != 0) {
            connected.decrement();
        }
        handles.set(channel.device(), 0);
        losses.increment();
    }

    private void note(String what) {
        if (problem.isEmpty()) {
            problem = what;
        }
    }
}
