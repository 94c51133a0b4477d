package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import io.carillon.sdk.VirtualWorld.FakeLink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When notices are handed over and what the room is told meanwhile, in virtual time. */
class NoticeTest {
    private static final long HOUR_MS = 3_600_000;
    private static final long FAR_MS = 6 * HOUR_MS;

    private final VirtualWorld world = new VirtualWorld();
    private final List<String> keys = new ArrayList<>();
    private final List<Long> calledAtMs = new ArrayList<>();
    private int failures;

    /** A client with a binding that takes notices. */
    private FakeLink bound() {
        world.obliging = true;
        world.client().bind("demo", "alice", TokenSource.fixed("demo/alice"), new MessageListener() {
            @Override
            public void onMessage(Message message) {
                world.received.add(message.text());
            }

            @Override
            public void onNotice(Message message, Message.Notice notice) {
                if (failures-- > 0) {
                    throw new IllegalStateException("the business is away");
                }
                keys.add(notice.key());
                calledAtMs.add(world.nowMs());
            }
        });
        world.run();
        return world.link();
    }

    /** Kind, argument and seq of all acks, oldest first. */
    private List<String> acks() {
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
                    String name = kind == AckFrame.KIND_DONE ? "done" : "later " + argument;
                    to.add(name + ": " + seq);
                }
            });
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void holdsANoticeUntilItsTimeAndAcknowledgesItThen() {
        FakeLink link = bound();
        link.pushNotice(1, "n1", 10_000, 0);
        world.advance(9_999);
        assertThat(keys).isEmpty();
        assertThat(acks()).isEmpty();
        world.advance(1);
        assertThat(keys).containsExactly("n1");
        world.advance(1_000);
        assertThat(acks()).containsExactly("done: 1");
    }

    @Test
    void callsAtOnceForWhatIsOverdue() {
        FakeLink link = bound();
        world.advance(60_000);
        link.pushNotice(1, "n1", 10_000, 20);
        assertThat(keys).containsExactly("n1");
    }

    @Test
    void leavesAnEarlyNoticeInTheMailboxAndTakesItWhenItComesAgain() {
        FakeLink link = bound();
        link.pushNotice(1, "n1", HOUR_MS, 0);
        world.advance(100);
        assertThat(acks()).containsExactly("later 3595: 1");
        world.advance(3_596_000 - 100);
        assertThat(keys).isEmpty();
        link.pushNotice(1, "n1", HOUR_MS, 0);
        world.advance(4_000);
        assertThat(calledAtMs).containsExactly(HOUR_MS);
        world.advance(1_000);
        assertThat(acks()).containsExactly("later 3595: 1", "done: 1");
    }

    @Test
    void keepsTheMomentOfANoticeThatComesAgainOnAnotherConnection() {
        bound().pushNotice(1, "n1", 0, 20);
        world.link().cut();
        world.advance(2_000);
        world.link().pushNotice(1, "n1", 0, 20);
        world.advance(20_000);
        assertThat(keys).containsExactly("n1");
        long once = calledAtMs.get(0);

        VirtualWorld restarted = new VirtualWorld();
        List<Long> calledMs = new ArrayList<>();
        restarted.client().bind("demo", "alice", TokenSource.fixed("t"), message -> calledMs.add(restarted.nowMs()));
        restarted.advance(1_000);
        restarted.link().pushNotice(1, "n1", 0, 20);
        restarted.advance(20_000);
        assertThat(calledMs).containsExactly(once);
    }

    @Test
    void holdsNoMoreThanAQuarterOfTheWindow() {
        FakeLink link = bound();
        for (int i = 0; i < 6; i++) {
            link.pushNotice(i + 1, "n" + i, 10_000, 0);
        }
        link.push(7, "m1", "not held up");
        world.advance(100);
        assertThat(world.received).containsExactly("not held up");
        assertThat(acks()).containsExactlyInAnyOrder("later 5: 5", "later 5: 6", "done: 7");
        world.advance(10_000);
        assertThat(keys).containsExactly("n0", "n1", "n2", "n3");
        link.pushNotice(5, "n4", 10_000, 0);
        assertThat(keys).contains("n4");
    }

    @Test
    void isNotBlockedByNoticesThatWaitForHours() {
        FakeLink link = bound();
        for (int i = 0; i < 100; i++) {
            link.pushNotice(i + 1, "n" + i, FAR_MS, 60);
        }
        world.advance(100);
        assertThat(acks()).hasSize(100).allMatch(ack -> ack.startsWith("later "));
        link.push(200, "m1", "hello");
        assertThat(world.received).containsExactly("hello");
    }

    @Test
    void offersANoticeAgainWhoseListenerFailed() {
        failures = 1;
        FakeLink link = bound();
        link.pushNotice(1, "n1", 0, 0);
        world.advance(100);
        assertThat(acks()).containsExactly("later 2: 1");
        link.pushNotice(1, "n1", 0, 0);
        assertThat(keys).containsExactly("n1");
    }

    @Test
    void callsNoListenerOfABindingThatEnded() {
        world.obliging = true;
        Binding alice = world.alice();
        world.link().pushNotice(1, "n1", 10_000, 0);
        alice.unbind();
        world.advance(HOUR_MS);
        assertThat(world.received).isEmpty();
    }

    @Test
    void spreadsEvenlyOverDevicesAndOverMessages() {
        int[] ofDevices = new int[10];
        int[] ofMessages = new int[10];
        Message one = notice(7);
        NoticeWaits waits = waits("device");
        for (int i = 0; i < 10_000; i++) {
            ofDevices[(int) (waits("device-" + i).waitMs(one) / 1_000)]++;
            ofMessages[(int) (waits.waitMs(notice(i)) / 1_000)]++;
        }
        // A thousand each; six standard deviations are 180.
        assertThat(ofDevices).isNotEmpty();
        for (int second = 0; second < 10; second++) {
            assertThat(ofDevices[second]).isBetween(820, 1_180);
            assertThat(ofMessages[second]).isBetween(820, 1_180);
        }
    }

    @Test
    void handsANoticeToAListenerThatKnowsNone() {
        world.obliging = true;
        world.alice();
        world.link().pushNotice(1, "n1", 1_000, 0);
        world.advance(1_000);
        assertThat(world.received).containsExactly("");
    }

    private NoticeWaits waits(String device) {
        return new NoticeWaits(world.ports(), () -> FAR_MS, device, 16);
    }

    private static Message notice(long number) {
        byte[] id = ByteBuffer.allocate(16)
                .putLong(0x0197A3C45E8F7000L)
                .putLong(number)
                .array();
        return new Message(
                "demo",
                "alice",
                MessageId.of(id),
                1,
                new Message.Delivery(false, false, true),
                new byte[0],
                new Message.Notice("k", FAR_MS, 10),
                "");
    }
}
