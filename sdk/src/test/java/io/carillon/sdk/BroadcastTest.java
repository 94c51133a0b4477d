package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Cursor;
import io.carillon.sdk.VirtualWorld.FakeLink;
import io.carillon.sdk.store.ClientStore;
import io.carillon.sdk.wire.Frames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client hands over of its app's broadcasts, and what it tells the next room, in virtual time. */
class BroadcastTest {
    private final List<String> keys = new ArrayList<>();
    private VirtualWorld world = new VirtualWorld();
    private int failures;

    private FakeLink bound() {
        world.obliging = true;
        world.client().bind("demo", "alice", TokenSource.fixed("demo/alice"), new MessageListener() {
            @Override
            public void onMessage(Message message) {
                if (failures-- > 0) {
                    throw new IllegalStateException("not now");
                }
                world.received.add((message.isBroadcast() ? "all: " : "") + message.text());
            }

            @Override
            public void onNotice(Message message, Message.Notice notice) {
                keys.add(notice.key() + (message.isBroadcast() ? " to all" : ""));
            }
        });
        world.run();
        return world.link();
    }

    /** The process ends, and begins anew with the same store. */
    private FakeLink restarted() {
        VirtualWorld next = new VirtualWorld();
        next.store = world.store;
        world = next;
        return bound();
    }

    private FakeLink reconnected() {
        world.link().cut();
        world.advance(5_000);
        return world.link();
    }

    private static void floor(FakeLink link, long floor) {
        link.say(FrameType.CURSOR, Cursor.newBuilder().setFloor(floor).build());
    }

    /** The cursor of the last CONNECT: floor, then what was seen above it; empty where it had none. */
    private List<Long> told() {
        FakeLink link = world.link();
        try {
            return cursor(Frames.parse(Connect.parser(), ByteBuffer.wrap(link.bodies.get(0)), "CONNECT")
                    .getBindings(0));
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Long> cursor(BindRequest request) {
        List<Long> told = new ArrayList<>();
        if (request.hasCursor()) {
            BroadcastCursor cursor = request.getCursor();
            told.add(cursor.getFloor());
            cursor.getSeenAboveList().stream().sorted().forEach(told::add);
        }
        return told;
    }

    /** The cursor of the last BIND: floor, then what was seen above it; empty where it had none. */
    private List<Long> toldByBind() {
        FakeLink link = world.link();
        int last = link.types.lastIndexOf(FrameType.BIND);
        try {
            return cursor(Frames.parse(Bind.parser(), ByteBuffer.wrap(link.bodies.get(last)), "BIND")
                    .getBinding());
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> acks() {
        world.advance(100);
        List<String> acks = new ArrayList<>();
        FakeLink link = world.link();
        for (int i = 0; i < link.types.size(); i++) {
            if (link.types.get(i) == FrameType.ACK) {
                read(link.bodies.get(i), acks);
            }
        }
        return acks;
    }

    private static void read(byte[] body, List<String> to) {
        try {
            AckFrame.read(ByteBuffer.wrap(body), new AckFrame.Sink() {
                @Override
                public void onWindow(int window) {}

                @Override
                public void onSeq(int binding, boolean broadcast, long seq, int kind, int argument) {
                    to.add((broadcast ? "all " : "") + (kind == AckFrame.KIND_DONE ? "done " : "later ") + seq);
                }
            });
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void handsABroadcastOverAcknowledgesItAndKeepsTheFloor() {
        FakeLink link = bound();
        assertThat(told()).isEmpty();
        link.broadcast(10, "b1", "hello", true);
        assertThat(world.received).containsExactly("all: hello");
        assertThat(acks()).containsExactly("all done 10");
        restarted();
        assertThat(told()).containsExactly(10L);
    }

    @Test
    void keepsTheFloorThatTheRoomTellsANewInstallation() {
        floor(bound(), 7);
        restarted();
        assertThat(told()).containsExactly(7L);
    }

    @Test
    void keepsWhatItHasSeenAboveTheFloorUntilTheFloorRises() {
        FakeLink link = bound();
        floor(link, 5);
        link.broadcast(20, "b2", "overtaking", false);
        restarted();
        assertThat(told()).containsExactly(5L, 20L);

        world.link().broadcast(10, "b1", "slow", true);
        floor(world.link(), 20);
        floor(world.link(), 3);
        restarted();
        assertThat(told()).containsExactly(20L);
    }

    @Test
    void dropsWhatItHasHadByFloorBySetAndById() {
        FakeLink link = bound();
        floor(link, 5);
        link.broadcast(20, "b2", "once", false);
        link.broadcast(20, "b2", "once", false);
        link.broadcast(5, "b0", "old", false);
        link.broadcast(21, "b2", "the same under another number", false);
        assertThat(world.received).containsExactly("all: once");
        assertThat(acks()).containsExactlyInAnyOrder("all done 20", "all done 20", "all done 5", "all done 21");
    }

    @Test
    void offersAgainByItselfWhenTheListenerThrowsAndHoldsTheFloor() {
        failures = 2;
        FakeLink link = bound();
        floor(link, 5);
        link.broadcast(10, "b1", "hard", true);
        assertThat(acks()).isEmpty();
        link.broadcast(20, "b2", "easy", true);
        world.advance(1_000);
        reconnected();
        assertThat(told()).contains(9L);
        world.link().broadcast(10, "b1", "hard", true);
        world.advance(60_000);

        assertThat(world.received).containsExactlyInAnyOrder("all: hard", "all: easy");
        reconnected();
        assertThat(told()).containsExactly(20L);
    }

    @Test
    void getsAgainAfterARestartWhatItsListenerNeverTook() {
        failures = 1000;
        FakeLink link = bound();
        floor(link, 5);
        link.broadcast(10, "b1", "hard", true);
        world.advance(1_000);
        failures = 0;
        restarted();
        assertThat(told()).containsExactly(9L);
        world.link().broadcast(10, "b1", "hard", true);
        assertThat(world.received).containsExactly("all: hard");
    }

    @Test
    void handsANoticeToAllOverAtItsMoment() {
        FakeLink link = bound();
        link.broadcastNotice(10, "n1", 7_200_000);
        floor(link, 10);
        world.advance(7_199_000);
        assertThat(keys).isEmpty();
        world.advance(2_000);
        assertThat(keys).containsExactly("n1 to all");
        assertThat(acks()).containsExactly("all done 10");
        reconnected();
        assertThat(told()).containsExactly(10L);
    }

    @Test
    void remembersSoManyAndTakesWhatLiesBelowForHad() {
        FakeLink link = bound();
        floor(link, 5);
        for (int i = 1; i <= BroadcastCursors.SEEN_MAX + 10; i++) {
            link.broadcast(10L * i, "b" + i, "x", false);
        }
        restarted();
        assertThat(told().get(0)).isEqualTo(100L);
        assertThat(told()).hasSize(1 + 256).last().isEqualTo(10L * (BroadcastCursors.SEEN_MAX + 10));
    }

    @Test
    void claimsNothingWhileTheStoreCannotBeReadAndBindsAnewOnceItCan() {
        floor(bound(), 5);
        world.link().broadcast(20, "b2", "had", false);
        FailingStore store = new FailingStore(world.store);
        world.store = store;

        store.failures = 3;
        FakeLink link = restarted();
        assertThat(told()).isEmpty();
        floor(link, 30);
        link.broadcast(40, "b4", "live", true);
        assertThat(world.received).containsExactly("all: live");

        world.advance(1_000 + 2_000);
        assertThat(link.count(FrameType.BIND)).isZero();
        world.advance(4_000);
        assertThat(link.count(FrameType.UNBIND)).isEqualTo(1);
        assertThat(toldByBind()).containsExactly(5L, 20L, 40L);

        link.broadcast(10, "b1", "missed", false);
        link.broadcast(40, "b4", "live", false);
        floor(link, 40);
        assertThat(world.received).containsExactly("all: live", "all: missed");
        world.advance(120_000);
        assertThat(link.count(FrameType.BIND)).isEqualTo(1);
        restarted();
        assertThat(told()).containsExactly(40L);
    }

    @Test
    void leavesWhatItCannotReadAsItIs() {
        floor(bound(), 5);
        FailingStore store = new FailingStore(world.store);
        world.store = store;

        store.failures = 1_000;
        FakeLink link = restarted();
        floor(link, 30);
        link.broadcast(40, "b4", "live", true);
        assertThat(world.received).containsExactly("all: live");
        reconnected();
        assertThat(told()).isEmpty();

        store.failures = 0;
        restarted();
        assertThat(told()).containsExactly(5L);
        world.link().broadcast(40, "b4", "live", true);
        assertThat(world.received).isEmpty();
    }

    @Test
    void bindsAnewWhenTheCursorWasReadDuringTheLogin() {
        floor(bound(), 5);
        FailingStore store = new FailingStore(world.store);
        world.store = store;
        store.failures = 1;
        VirtualWorld next = new VirtualWorld();
        next.store = world.store;
        next.plan = link -> {
            link.answersConnect = false;
            link.open();
        };
        world = next;
        FakeLink link = bound();
        assertThat(told()).isEmpty();
        world.advance(1_000);
        link.answer();
        floor(link, 30);

        assertThat(toldByBind()).containsExactly(5L);
    }

    @Test
    void isANewInstallationWhereTheStoreTurnsOutToHaveNothing() {
        FailingStore store = new FailingStore(world.store);
        world.store = store;
        store.failures = 1;
        FakeLink link = bound();
        floor(link, 30);
        world.advance(1_000);
        assertThat(link.count(FrameType.BIND)).isZero();
        restarted();
        assertThat(told()).containsExactly(30L);
    }

    @Test
    void asksForAllThatLivesWhereItsCursorIsDamaged(@TempDir Path folder) throws Exception {
        world.store = ClientStore.inFolder(folder);
        floor(bound(), 5);
        world.link().broadcast(20, "b2", "had", true);
        world.advance(1_000);
        try (Stream<Path> files = Files.list(folder)) {
            Path cursor = files.filter(path -> path.toString().contains("cursor"))
                    .findFirst()
                    .orElseThrow();
            Files.write(cursor, new byte[] {1}, StandardOpenOption.WRITE);
        }
        world.store = ClientStore.inFolder(folder);
        FakeLink link = restarted();
        assertThat(told()).containsExactly(0L);
        link.broadcast(20, "b2", "had", true);
        assertThat(world.received).isEmpty();
        restarted();
        assertThat(told()).containsExactly(20L);
    }

    /** A store whose values can't be read for some time. */
    private static final class FailingStore implements ClientStore {
        private final ClientStore store;
        int failures;

        FailingStore(ClientStore store) {
            this.store = store;
        }

        @Override
        public byte @Nullable [] load(String key) throws IOException {
            if (key.startsWith("cursor-") && failures-- > 0) {
                throw new IOException("locked");
            }
            return store.load(key);
        }

        @Override
        public void save(String key, byte[] value) throws IOException {
            store.save(key, value);
        }

        @Override
        public List<byte[]> seen(String journal) throws IOException {
            return store.seen(journal);
        }

        @Override
        public void addSeen(String journal, List<byte[]> messageIds) throws IOException {
            store.addSeen(journal, messageIds);
        }

        @Override
        public boolean blocking() {
            return true;
        }
    }

    @Test
    void survivesARestartOnDisk(@TempDir Path folder) throws Exception {
        world.store = ClientStore.inFolder(folder);
        FakeLink link = bound();
        floor(link, 5);
        link.broadcast(20, "b2", "kept", false);
        world.advance(1_000);
        world.store = ClientStore.inFolder(folder);
        restarted();
        assertThat(told()).containsExactly(5L, 20L);
        assertThat(world.received).isEmpty();
    }
}
