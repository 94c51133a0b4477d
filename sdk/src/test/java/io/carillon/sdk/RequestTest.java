package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.sdk.VirtualWorld.FakeLink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Uplinks for which somebody waits for the business's reply, in virtual time. */
class RequestTest {
    private final VirtualWorld world = new VirtualWorld();
    private final Binding alice = world.alice();

    private CompletableFuture<Message> request(int deadlineSeconds) {
        CompletableFuture<Message> reply = alice.request("orders", new byte[] {1}, Duration.ofSeconds(deadlineSeconds));
        world.run();
        return reply;
    }

    /** The ids of the uplinks that a link carried. */
    private static List<String> uplinks(FakeLink link) throws IOException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < link.types.size(); i++) {
            if (link.types.get(i) == FrameType.UPLINK) {
                ids.add(Uplink.parseFrom(link.bodies.get(i)).getId());
            }
        }
        return ids;
    }

    private void confirm(String id) {
        world.link().say(FrameType.UPLINK_ACK, UplinkAck.newBuilder().setId(id).build());
    }

    private static void assertFailed(
            CompletableFuture<Message> reply, Class<? extends Exception> type, String message) {
        assertThat(reply).isCompletedExceptionally();
        assertThatThrownBy(reply::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(type)
                .hasMessageContaining(message);
    }

    @Test
    void completesWithTheReplyWhichIsAcknowledgedButNotHeardByTheListener() throws Exception {
        CompletableFuture<Message> reply = request(60);
        String id = uplinks(world.link()).get(0);
        confirm(id);
        assertThat(reply).isNotDone();

        world.link().push(4, "m4", "something else");
        world.link().pushReply(5, "m5", "yes", id);

        assertThat(reply.get().text()).isEqualTo("yes");
        assertThat(reply.get().inReplyTo()).isEqualTo(id);
        assertThat(world.received).containsExactly("something else");
        assertThat(world.link().count(FrameType.ACK)).isEqualTo(2);
        world.link().pushReply(5, "m5", "yes", id);
        assertThat(world.received).as("a repeat").containsExactly("something else");
        assertThat(world.link().count(FrameType.ACK)).isEqualTo(3);
    }

    @Test
    void aReplyMayOvertakeTheConfirmationAndComeOverAnotherConnection() throws Exception {
        CompletableFuture<Message> reply = request(60);
        String id = uplinks(world.link()).get(0);
        world.link().cut();
        world.advance(5_000);
        assertThat(uplinks(world.link())).containsExactly(id);

        world.link().pushReply(5, "m5", "yes", id);

        assertThat(reply.get().text()).isEqualTo("yes");
    }

    @Test
    void failsAtItsDeadlineAndLetsALateReplyGoToTheListener() throws Exception {
        CompletableFuture<Message> reply = request(10);
        String id = uplinks(world.link()).get(0);
        confirm(id);
        world.advance(9_999);
        assertThat(reply).isNotDone();
        world.advance(2);
        assertFailed(reply, TimeoutException.class, "10000 ms");

        world.link().pushReply(5, "m5", "late", id);

        assertThat(world.received).containsExactly("late");
        assertThat(world.link().count(FrameType.ACK)).isEqualTo(1);
    }

    @Test
    void aRequestThatNoRoomConfirmedInTimeHasTimedOutToo() {
        world.plan = FakeLink::refuse;
        world.link().cut();
        CompletableFuture<Message> reply = request(10);
        world.advance(10_001);
        assertFailed(reply, TimeoutException.class, "");
    }

    @Test
    void saysWhyAnUplinkWasRefused() throws Exception {
        CompletableFuture<Message> reply = request(10);
        world.link()
                .say(
                        FrameType.UPLINK_ACK,
                        UplinkAck.newBuilder()
                                .setId(uplinks(world.link()).get(0))
                                .setCode(208)
                                .setText("too large")
                                .build());
        assertFailed(reply, UplinkException.class, "too large");
    }

    @Test
    void givesACancelledRequestsReplyToTheListener() throws Exception {
        CompletableFuture<Message> reply = request(60);
        assertThat(reply.cancel(false)).isTrue();
        world.link().pushReply(5, "m5", "unwanted", uplinks(world.link()).get(0));
        assertThat(world.received).containsExactly("unwanted");
    }

    @Test
    void refusesMoreThanItHoldsOpenUntilOneIsAnswered() throws Exception {
        List<CompletableFuture<Message>> replies = new ArrayList<>();
        for (int i = 0; i < Requests.OPEN_MAX; i++) {
            replies.add(request(60));
            confirm(uplinks(world.link()).get(i));
        }
        assertFailed(request(60), UplinkException.class, "requests open: 64");

        world.link().pushReply(5, "m5", "yes", uplinks(world.link()).get(7));

        assertThat(replies.get(7)).isCompleted();
        assertThat(request(60)).isNotDone();
    }

    @Test
    void failsWhatIsOpenWhenTheBindingEnds() {
        CompletableFuture<Message> reply = request(60);
        alice.unbind();
        world.run();
        assertFailed(reply, UplinkException.class, "the binding was ended");
        assertFailed(request(60), UplinkException.class, "closed");
    }

    @Test
    void refusesADeadlineThatIsNone() {
        assertThatThrownBy(() -> alice.request("orders", new byte[0], Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> alice.request("", new byte[0], Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
