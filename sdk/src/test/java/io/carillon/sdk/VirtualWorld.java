package io.carillon.sdk;

import com.google.protobuf.MessageLite;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.Varint;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Bound;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Heartbeat;
import io.carillon.protocol.client.Notice;
import io.carillon.protocol.client.PushExtension;
import io.carillon.sdk.heartbeat.AdaptiveHeartbeat;
import io.carillon.sdk.heartbeat.HeartbeatProfile;
import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.link.Link;
import io.carillon.sdk.link.LinkListener;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.AppState;
import io.carillon.sdk.platform.AppStateMonitor;
import io.carillon.sdk.platform.Cancellable;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkMonitor;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.platform.Timers;
import io.carillon.sdk.route.RoomLookup;
import io.carillon.sdk.store.ClientStore;
import io.carillon.sdk.wire.FrameReader;
import io.carillon.sdk.wire.Frames;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Everything that a client touches, in virtual time on the test's own thread. Links do what the test says. */
final class VirtualWorld {
    /** The server's clock when the world began, milliseconds since 1970. */
    static final long SERVER_START_MS = 1_800_000_000_000L;

    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    final ArrayDeque<Runnable> background = new ArrayDeque<>();
    final List<FakeLink> links = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<String> received = new ArrayList<>();
    final List<RoomAddress> bundled = new ArrayList<>();
    boolean backgroundRuns = true;

    /** Whether rooms answer PING and BIND by themselves. */
    boolean obliging;

    AppState appState = AppState.FRONT;
    NetworkState network = NetworkState.of(NetworkKind.WIFI, "home");

    @Nullable
    RoomLookup dispatcher;

    ClientStore store = ClientStore.inMemory();

    /** What stands between clients and their rooms; null: nothing. */
    @Nullable
    VirtualNat nat;

    /** The heartbeat that rooms hand out. */
    Heartbeat range =
            Heartbeat.newBuilder().setMinSeconds(210).setMaxSeconds(590).build();

    /** When an alarm that is wanted at a time rings, nanoseconds. */
    LongUnaryOperator alarms = wantedNs -> wantedNs;

    AdaptiveHeartbeat heartbeat = heartbeat(HeartbeatProfile.ADAPTIVE, 3);

    /** What a new link does. */
    LinkPlan plan = FakeLink::open;

    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.atNs).thenComparingLong(t -> t.order));
    private final List<Runnable> networkListeners = new ArrayList<>();
    private final List<Runnable> appListeners = new ArrayList<>();
    private long nowNs;
    private long timerCount;

    interface LinkPlan {
        void onOpened(FakeLink link);
    }

    private static final class Timer {
        final long atNs;
        final long order;
        final Runnable task;
        boolean cancelled;

        Timer(long atNs, long order, Runnable task) {
            this.atNs = atNs;
            this.order = order;
            this.task = task;
        }
    }

    long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(nowNs);
    }

    Timers timers() {
        return new Timers() {
            @Override
            public long nanoTime() {
                return nowNs;
            }

            @Override
            public Cancellable schedule(Runnable task, long delayNs) {
                return after(task, alarms.applyAsLong(nowNs + delayNs));
            }
        };
    }

    AdaptiveHeartbeat heartbeat(HeartbeatProfile profile, long seed) {
        return new AdaptiveHeartbeat(
                profile, () -> TimeUnit.MILLISECONDS.toSeconds(SERVER_START_MS + nowMs()), new Random(seed));
    }

    private Cancellable after(Runnable task, long atNs) {
        Timer timer = new Timer(atNs, timerCount++, task);
        timers.add(timer);
        return () -> timer.cancelled = true;
    }

    /** Something that happens in the world, not in the client. */
    void at(long ms, Runnable task) {
        after(task, TimeUnit.MILLISECONDS.toNanos(ms));
    }

    void run() {
        advance(0);
    }

    private void runTasks() {
        boolean moved = true;
        while (moved) {
            moved = false;
            while (!tasks.isEmpty()) {
                tasks.remove().run();
                moved = true;
            }
            while (backgroundRuns && !background.isEmpty()) {
                background.remove().run();
                moved = true;
            }
        }
    }

    void advance(long ms) {
        long untilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(ms);
        runTasks();
        while (!timers.isEmpty() && timers.peek().atNs <= untilNs) {
            Timer timer = timers.remove();
            nowNs = Math.max(nowNs, timer.atNs);
            if (!timer.cancelled) {
                timer.task.run();
            }
            runTasks();
        }
        nowNs = Math.max(nowNs, untilNs);
    }

    void changeNetwork(NetworkState next) {
        network = next;
        networkListeners.forEach(Runnable::run);
        run();
    }

    void changeAppState(AppState next) {
        appState = next;
        appListeners.forEach(Runnable::run);
        run();
    }

    FakeLink link() {
        return links.get(links.size() - 1);
    }

    /** A client that starts when the world runs. */
    ClientCore client() {
        if (bundled.isEmpty()) {
            bundled.add(RoomAddress.parse("tcp://10.0.0.1:443"));
        }
        ClientSettings settings = new ClientSettings("device", 16, 4, false, new Recording());
        ClientCore core = new ClientCore(ports(), settings, heartbeat);
        tasks.add(core::start);
        return core;
    }

    /** A client with a binding of alice. */
    Binding alice() {
        Binding binding = client().bind(
                        "demo", "alice", TokenSource.fixed("demo/alice"), message -> received.add(message.text()));
        run();
        return binding;
    }

    ClientPorts ports() {
        return new ClientPorts(
                tasks::add,
                timers(),
                new Random(1),
                (endpoint, listener) -> {
                    FakeLink link = new FakeLink(endpoint, listener);
                    links.add(link);
                    tasks.add(() -> plan.onOpened(link));
                    return link;
                },
                (rooms, answer) -> {
                    List<Endpoint> endpoints = new ArrayList<>();
                    rooms.forEach(room -> endpoints.add(endpoint(room)));
                    answer.onAnswer(endpoints);
                },
                dispatcher,
                bundled,
                tasks::add,
                background::add,
                store,
                new NetworkMonitor() {
                    @Override
                    public NetworkState current() {
                        return network;
                    }

                    @Override
                    public Cancellable listen(Runnable onChange) {
                        networkListeners.add(onChange);
                        return () -> networkListeners.remove(onChange);
                    }
                },
                new AppStateMonitor() {
                    @Override
                    public AppState current() {
                        return appState;
                    }

                    @Override
                    public Cancellable listen(Runnable onChange) {
                        appListeners.add(onChange);
                        return () -> appListeners.remove(onChange);
                    }
                });
    }

    static Endpoint endpoint(RoomAddress room) {
        try {
            return new Endpoint(room, InetAddress.getByName(room.host()));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Recording implements ConnectionListener {
        @Override
        public void onConnected(ConnectionInfo connection) {
            events.add("connected");
        }

        @Override
        public void onDisconnected(String reason) {
            events.add("disconnected: " + reason);
        }

        @Override
        public void onKicked(Binding binding, EndReason reason, String text, @Nullable String newcomerDevice) {
            events.add(("kicked: " + reason + " " + text).trim());
        }

        @Override
        public void onTokenRefused(Binding binding, String text) {
            events.add("token refused");
        }
    }

    /** A link whose other end is the test. */
    final class FakeLink implements Link {
        final Endpoint endpoint;
        final long openedAtMs = nowMs();
        final List<Integer> types = new ArrayList<>();
        final List<byte[]> bodies = new ArrayList<>();
        boolean answersConnect = true;
        boolean closed;
        /** When a packet passed last, either way. */
        long packetAtMs = nowMs();

        /** When the room will end it for silence, unless it hears something. */
        long roomDeadlineMs = Long.MAX_VALUE;

        private int announcedSeconds;
        private final FrameReader reader = new FrameReader(64 * 1024);
        private LinkListener listener;

        FakeLink(Endpoint endpoint, LinkListener listener) {
            this.endpoint = endpoint;
            this.listener = listener;
        }

        void open() {
            if (!closed) {
                listener.onOpen();
            }
        }

        void refuse() {
            if (!closed) {
                closed = true;
                listener.onClosed("refused", true);
            }
        }

        void cut() {
            tasks.add(() -> {
                if (!closed) {
                    closed = true;
                    listener.onClosed("cut", false);
                }
            });
            run();
        }

        /** The other end answers that it knows of no connection. */
        void resetSoon() {
            tasks.add(() -> {
                if (!closed) {
                    closed = true;
                    listener.onClosed("reset", false);
                }
            });
        }

        void say(int type, MessageLite body) {
            say(Frames.of(type, body));
        }

        void say(ByteBuffer bytes) {
            tasks.add(() -> {
                if (!closed && (nat == null || nat.passes(this))) {
                    listener.onBytes(bytes);
                }
            });
            run();
        }

        void pong() {
            say(Frames.pong());
        }

        void push(long seq, String id, String text) {
            push(0, seq, id, new byte[0], text.getBytes(StandardCharsets.UTF_8));
        }

        void pushReply(long seq, String id, String text, String inReplyTo) {
            byte[] extension =
                    PushExtension.newBuilder().setInReplyTo(inReplyTo).build().toByteArray();
            push(PushFrame.FLAG_EXTENSION, seq, id, extension, text.getBytes(StandardCharsets.UTF_8));
        }

        /** @param notBeforeMs after the world's beginning */
        void pushNotice(long seq, String id, long notBeforeMs, int spreadSeconds) {
            Notice notice = Notice.newBuilder()
                    .setKey(id)
                    .setNotBeforeMs(SERVER_START_MS + notBeforeMs)
                    .setSpreadSeconds(spreadSeconds)
                    .build();
            int flags = PushFrame.FLAG_NOTICE | PushFrame.FLAG_EXTENSION;
            byte[] extension =
                    PushExtension.newBuilder().setNotice(notice).build().toByteArray();
            push(flags, seq, id, extension, new byte[0]);
        }

        /** @param floor with the word that there is nothing more up to it */
        void broadcast(long bseq, String id, String text, boolean floor) {
            int flags = PushFrame.FLAG_BROADCAST | (floor ? PushFrame.FLAG_FLOOR : 0);
            push(flags, bseq, id, new byte[0], text.getBytes(StandardCharsets.UTF_8));
        }

        void broadcastNotice(long bseq, String id, long notBeforeMs) {
            Notice notice = Notice.newBuilder()
                    .setKey(id)
                    .setNotBeforeMs(SERVER_START_MS + notBeforeMs)
                    .build();
            int flags = PushFrame.FLAG_BROADCAST | PushFrame.FLAG_NOTICE | PushFrame.FLAG_EXTENSION;
            byte[] extension =
                    PushExtension.newBuilder().setNotice(notice).build().toByteArray();
            push(flags, bseq, id, extension, new byte[0]);
        }

        private void push(int flags, long seq, String id, byte[] extension, byte[] payload) {
            byte[] messageId = new byte[16];
            System.arraycopy(id.getBytes(StandardCharsets.UTF_8), 0, messageId, 0, id.length());
            int length = PushFrame.headSize(flags, 0, seq, 0, extension.length) + payload.length;
            ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(length) + length);
            FrameHeader.write(frame, FrameType.PUSH, length);
            PushFrame.writeHead(frame, flags, 0, seq, 0, ByteBuffer.wrap(messageId), ByteBuffer.wrap(extension));
            frame.put(payload);
            frame.flip();
            say(frame);
        }

        long count(int type) {
            return types.stream().filter(sent -> sent == type).count();
        }

        @Override
        public void send(ByteBuffer bytes) {
            if (closed || (nat != null && !nat.passes(this))) {
                return;
            }
            if (nowMs() > roomDeadlineMs) {
                events.add("closed by the room for silence");
                resetSoon();
                return;
            }
            try {
                reader.read(bytes, this::onFrame);
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
        }

        private boolean onFrame(int type, ByteBuffer body) throws ProtocolException {
            types.add(type);
            byte[] copy = new byte[body.remaining()];
            body.duplicate().get(copy);
            bodies.add(copy);
            if (type == FrameType.CONNECT) {
                announcedSeconds = Frames.parse(Connect.parser(), body.duplicate(), "CONNECT")
                        .getNextPingSeconds();
            } else if (type == FrameType.PING && copy.length > 0) {
                announcedSeconds = Varint.readBounded(body.duplicate(), 1 << 20, "interval");
            }
            roomDeadlineMs = nowMs() + announcedSeconds * 1_500L + 30_000;
            if (type == FrameType.CONNECT && answersConnect) {
                tasks.add(this::answer);
            } else if (type == FrameType.PING && obliging) {
                tasks.add(this::pong);
            } else if (type == FrameType.BIND && obliging) {
                BindOutcome outcome =
                        outcome(Frames.parse(Bind.parser(), body, "BIND").getBinding());
                tasks.add(() -> say(
                        FrameType.BOUND, Bound.newBuilder().setOutcome(outcome).build()));
            }
            return true;
        }

        /** Lets the client in. */
        void answer() {
            try {
                say(
                        FrameType.CONNECTED,
                        answer(Frames.parse(Connect.parser(), ByteBuffer.wrap(bodies.get(0)), "CONNECT")));
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
        }

        private Connected answer(Connect connect) {
            Connected.Builder connected = Connected.newBuilder()
                    .setConnectionId(links.size())
                    .setHeartbeat(range)
                    .setServerTimeMs(SERVER_START_MS + nowMs())
                    .setRoom("room");
            for (BindRequest request : connect.getBindingsList()) {
                connected.addBindings(outcome(request));
            }
            return connected.build();
        }

        private BindOutcome outcome(BindRequest request) {
            BindOutcome.Builder outcome = BindOutcome.newBuilder().setBinding(request.getBinding());
            if (request.getToken().equals("banned")) {
                return outcome.setCode(206).setText("rude").build();
            }
            return request.getToken().equals("bad")
                    ? outcome.setCode(200).build()
                    : outcome.setApp("demo").setUser("alice").build();
        }

        @Override
        public void listen(LinkListener next) {
            listener = next;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
