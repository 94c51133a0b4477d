package io.carillon.room.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.AckKind;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.LoadResult;
import io.carillon.contract.StoredMessage;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.Notice;
import io.carillon.protocol.client.PushExtension;
import io.carillon.room.loop.VirtualLoop;
import io.carillon.room.registration.Session;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BindingTest {
    private final VirtualLoop loop = new VirtualLoop();
    private final FakeMailboxes saver = new FakeMailboxes();
    private final RecordedOutput client = new RecordedOutput();
    private final List<String> toldTags = new ArrayList<>();
    private final DeliveryLoop delivery = new DeliveryLoop(
            loop, DeliveryLimits.defaults(), saver, (of, tags) -> toldTags.addAll(tags), "room-1", bound -> bound - 1);
    private final Binding binding =
            new Binding(new Session("app", "user", 7, "device", "wifi", loop.nowNs()), 0, client, delivery);

    private static ByteString id(long seq) {
        return ByteString.copyFrom(
                ByteBuffer.allocate(16).putLong(0x1111).putLong(seq).flip());
    }

    private static StoredMessage stored(long seq) {
        return StoredMessage.newBuilder().setSeq(seq).setMessageId(id(seq)).build();
    }

    private DeliveryOutcome deliver(long seq, long prevSeq) {
        DeliveryOutcome outcome = binding.deliver(DeliverEntry.newBuilder()
                .setSeq(seq)
                .setPrevSeq(prevSeq)
                .setMessageId(id(seq))
                .build());
        loop.run();
        return outcome;
    }

    private void ack(long... seqs) {
        for (long seq : seqs) {
            binding.onAck(seq, AckFrame.KIND_DONE, 0);
        }
        binding.onMayHaveOpened();
        loop.run();
    }

    /** Registered, and the first load has found nothing. */
    private void open() {
        binding.onMayLoad();
        loop.run();
        saver.answerLoad(saver.loads.size() - 1, false);
        loop.run();
        saver.loads.clear();
    }

    @Test
    void loadsOnlyOnceItMay() {
        loop.pass(Duration.ofSeconds(1));
        assertThat(saver.loads).isEmpty();

        binding.onMayLoad();
        loop.run();

        assertThat(saver.load(0).getEntries(0).getUser()).isEqualTo("user");
        assertThat(saver.load(0).getEntries(0).getMessagesMax()).isEqualTo(16);
    }

    @Test
    void tellsTheTagsThatALoadKnows() {
        binding.onMayLoad();
        loop.run();
        LoadResult result = LoadResult.newBuilder()
                .setLoaded(true)
                .setTagsKnown(true)
                .addTags("red")
                .build();
        saver.loads
                .getFirst()
                .answer()
                .complete(LoadResponse.newBuilder().addResults(result).build());
        loop.run();

        assertThat(toldTags).containsExactly("red");
    }

    @Test
    void asksAgainForTagsThatCouldNotBeReadAndDeliversMeanwhile() {
        binding.onMayLoad();
        loop.run();
        LoadResult untagged = LoadResult.newBuilder().setLoaded(true).build();
        saver.loads
                .getFirst()
                .answer()
                .complete(LoadResponse.newBuilder().addResults(untagged).build());
        loop.run();

        assertThat(deliver(5, 0)).isEqualTo(DeliveryOutcome.WRITTEN);
        assertThat(saver.loads).hasSize(1);
        loop.pass(Duration.ofSeconds(6));
        assertThat(saver.loads).hasSize(2);
    }

    @Test
    void takesADeliveryBeforeTheFirstLoadAsAHint() {
        assertThat(deliver(5, 0)).isEqualTo(DeliveryOutcome.LATER);
        assertThat(client.pushed).isEmpty();

        binding.onMayLoad();
        loop.run();
        saver.answerLoad(0, false, stored(5));
        loop.run();

        assertThat(client.pushed).containsExactly(5L);
    }

    @Test
    void writesAtOnceWhatFollowsWhatWasSent() {
        open();

        assertThat(deliver(5, 0)).isEqualTo(DeliveryOutcome.WRITTEN);
        assertThat(deliver(6, 5)).isEqualTo(DeliveryOutcome.WRITTEN);

        assertThat(client.pushed).containsExactly(5L, 6L);
        assertThat(saver.loads).isEmpty();
    }

    @Test
    void waitsAMomentForTheMessageBefore() {
        open();

        assertThat(deliver(6, 5)).isEqualTo(DeliveryOutcome.LATER);
        assertThat(deliver(5, 0)).isEqualTo(DeliveryOutcome.WRITTEN);

        assertThat(client.pushed).containsExactly(5L, 6L);
        loop.pass(Duration.ofMillis(50));
        assertThat(saver.loads).isEmpty();
    }

    @Test
    void loadsWhenTheMessageBeforeDoesNotCome() {
        open();

        deliver(6, 5);
        loop.pass(Duration.ofMillis(19));
        assertThat(saver.loads).isEmpty();
        loop.pass(Duration.ofMillis(2));
        assertThat(saver.loads).hasSize(1);
        saver.answerLoad(0, false, stored(5), stored(6));
        loop.run();

        assertThat(client.pushed).containsExactly(5L, 6L);
    }

    @Test
    void takesADeliveryDuringALoadAsAHintAndLoadsAgain() {
        binding.onMayLoad();
        loop.run();

        assertThat(deliver(9, 0)).isEqualTo(DeliveryOutcome.LATER);
        saver.answerLoad(0, false);
        loop.run();
        assertThat(saver.loads).hasSize(2);
        saver.answerLoad(1, false, stored(9));
        loop.run();

        assertThat(client.pushed).containsExactly(9L);
    }

    @Test
    void writesNothingTwiceThatIsInFlight() {
        open();
        deliver(5, 0);

        assertThat(deliver(5, 0)).isEqualTo(DeliveryOutcome.WRITTEN);
        binding.deliver(DeliverEntry.newBuilder().setHint(true).build());
        loop.run();
        assertThat(saver.load(0).getEntries(0).getInFlightList()).containsExactly(5L);
        saver.answerLoad(0, false, stored(5));
        loop.run();

        assertThat(client.pushed).containsExactly(5L);
    }

    @Test
    void writesNothingThatWasAcknowledgedWhileTheLoadWasUnderWay() {
        open();
        binding.deliver(DeliverEntry.newBuilder().setHint(true).build());
        loop.run();
        ack(5);
        loop.pass(Duration.ofMillis(10));
        saver.answerAck(0, true);
        loop.run();

        saver.answerLoad(0, false, stored(5));
        loop.run();

        assertThat(client.pushed).isEmpty();
    }

    @Test
    void writesNoMoreThanTheWindow() {
        client.window = 2;
        open();

        deliver(5, 0);
        deliver(6, 5);
        assertThat(deliver(7, 6)).isEqualTo(DeliveryOutcome.LATER);
        assertThat(client.pushed).containsExactly(5L, 6L);
        assertThat(saver.loads).isEmpty();

        ack(5);
        assertThat(saver.load(0).getEntries(0).getMessagesMax()).isEqualTo(1);
        assertThat(saver.load(0).getEntries(0).getAcksList())
                .extracting(Ack::getSeq)
                .containsExactly(5L);
        saver.answerLoad(0, false, stored(7));
        loop.run();
        assertThat(client.pushed).containsExactly(5L, 6L, 7L);
    }

    @Test
    void waitsInTheMailboxWhileTheReaderIsSlow() {
        open();
        client.writable = false;

        assertThat(deliver(5, 0)).isEqualTo(DeliveryOutcome.LATER);
        client.writable = true;
        binding.onMayHaveOpened();
        loop.run();
        saver.answerLoad(0, false, stored(5));
        loop.run();

        assertThat(client.pushed).containsExactly(5L);
    }

    @Test
    void loadsWhatIsOlderThanWhatWasSentAndFlagsItLate() {
        open();
        deliver(5, 0);

        assertThat(deliver(3, 0)).isEqualTo(DeliveryOutcome.LATER);
        saver.answerLoad(0, false, stored(3));
        loop.run();

        assertThat(client.pushed).containsExactly(5L, 3L);
        assertThat(client.late).containsExactly(3L);
    }

    @Test
    void asksAgainUntilALoadIsAnswered() {
        binding.onMayLoad();
        loop.run();

        saver.loads.get(0).answer().completeExceptionally(new IllegalStateException("gone"));
        loop.pass(Duration.ofSeconds(1));
        assertThat(saver.loads).hasSize(2);
        saver.loads
                .get(1)
                .answer()
                .complete(LoadResponse.newBuilder()
                        .addResults(LoadResult.newBuilder().setLoaded(false))
                        .build());
        loop.pass(Duration.ofSeconds(1));
        assertThat(saver.loads).hasSize(3);
        saver.answerLoad(2, false, stored(5));
        loop.run();

        assertThat(client.pushed).containsExactly(5L);
    }

    @Test
    void loadsOnWhileThereIsMore() {
        client.window = 8;
        binding.onMayLoad();
        loop.run();

        saver.answerLoad(0, true, stored(1), stored(2));
        loop.run();
        assertThat(saver.loads).hasSize(2);
        assertThat(saver.load(1).getEntries(0).getInFlightList()).containsExactly(1L, 2L);
        assertThat(saver.load(1).getEntries(0).getMessagesMax()).isEqualTo(6);
    }

    @Test
    void doesNotTurnInACircleWhenMoreIsSaidButNothingNewComes() {
        open();
        deliver(5, 0);
        binding.deliver(DeliverEntry.newBuilder().setHint(true).build());
        loop.run();

        saver.answerLoad(0, true, stored(5));
        loop.run();
        assertThat(saver.loads).hasSize(1);
        loop.pass(Duration.ofMillis(200));
        assertThat(saver.loads).hasSize(2);
    }

    @Test
    void gathersAcksForTenMilliseconds() {
        open();
        deliver(5, 0);
        deliver(6, 5);
        binding.onAck(5, AckFrame.KIND_DONE, 0);
        loop.pass(Duration.ofMillis(9));
        binding.onAck(6, AckFrame.KIND_LATER, 30);
        assertThat(saver.acks).isEmpty();

        loop.pass(Duration.ofMillis(1));

        Ack first = saver.ack(0).getEntries(0).getAcks(0);
        Ack second = saver.ack(0).getEntries(0).getAcks(1);
        assertThat(first.getKind()).isEqualTo(AckKind.ACK_KIND_DONE);
        assertThat(first.getMessageId()).isEqualTo(id(5));
        assertThat(first.getWrittenAtMs()).isPositive();
        assertThat(second.getKind()).isEqualTo(AckKind.ACK_KIND_LATER);
        assertThat(second.getLaterSeconds()).isEqualTo(30);
    }

    @Test
    void keepsAcksUntilTheyAreApplied() {
        open();
        deliver(5, 0);
        ack(5);
        loop.pass(Duration.ofMillis(10));

        saver.acks.get(0).answer().completeExceptionally(new IllegalStateException("gone"));
        loop.pass(Duration.ofSeconds(1));
        assertThat(saver.ack(1)).isEqualTo(saver.ack(0));
        saver.answerAck(1, false);
        loop.pass(Duration.ofSeconds(1));
        assertThat(saver.ack(2)).isEqualTo(saver.ack(0));
        saver.answerAck(2, true);
        loop.pass(Duration.ofSeconds(10));

        assertThat(saver.acks).hasSize(3);
        assertThat(delivery.unconfirmedAcks()).isZero();
    }

    @Test
    void keepsAcksOfABindingThatEnded() {
        open();
        deliver(5, 0);
        ack(5);
        binding.end();

        loop.pass(Duration.ofMillis(10));

        assertThat(saver.ack(0).getEntries(0).getAcks(0).getSeq()).isEqualTo(5);
    }

    @Test
    void doesNotTakeAnOldAnswerForNewAcks() {
        open();
        deliver(5, 0);
        ack(5);
        loop.pass(Duration.ofMillis(10));
        // The load carries the ack as well and is answered first.
        binding.deliver(DeliverEntry.newBuilder().setHint(true).build());
        loop.run();
        saver.answerLoad(0, false);
        loop.run();
        ack(9);
        saver.answerAck(0, true);
        loop.pass(Duration.ofMillis(10));

        assertThat(saver.ack(1).getEntries(0).getAcksList())
                .extracting(Ack::getSeq)
                .containsExactly(9L);
    }

    @Test
    void takesAcksOfMessagesThatAnEarlierConnectionDelivered() {
        open();
        ack(3);
        loop.pass(Duration.ofMillis(10));

        Ack sent = saver.ack(0).getEntries(0).getAcks(0);
        assertThat(sent.getSeq()).isEqualTo(3);
        assertThat(sent.getMessageId()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void reportsOnceWhatALivingClientDoesNotAcknowledge() {
        open();
        deliver(5, 0);
        loop.pass(Duration.ofSeconds(31));
        client.heardAtMs = loop.wallMs();
        binding.deliver(DeliverEntry.newBuilder().setHint(true).build());
        loop.run();
        assertThat(saver.load(0).getEntries(0).getUnansweredList()).containsExactly(5L);
        saver.answerLoad(0, false);
        loop.run();

        binding.deliver(DeliverEntry.newBuilder().setHint(true).build());
        loop.run();
        assertThat(saver.load(1).getEntries(0).getUnansweredList()).isEmpty();
    }

    @Test
    void reportsAtItsEndWhatALivingClientDidNotAcknowledge() {
        open();
        deliver(5, 0);
        loop.pass(Duration.ofSeconds(31));
        client.heardAtMs = loop.wallMs();

        binding.end();
        loop.run();

        assertThat(saver.load(0).getEntries(0).getUnansweredList()).containsExactly(5L);
        assertThat(saver.load(0).getEntries(0).getMessagesMax()).isZero();
        saver.answerLoad(0, false);
        loop.pass(Duration.ofSeconds(10));
        assertThat(saver.loads).hasSize(1);
    }

    @Test
    void tellsOfMessagesThatTheMailboxDropped() {
        binding.onMayLoad();
        loop.run();
        saver.loads
                .get(0)
                .answer()
                .complete(LoadResponse.newBuilder()
                        .addResults(LoadResult.newBuilder()
                                .setLoaded(true)
                                .setTagsKnown(true)
                                .setOverflowed(3))
                        .build());
        loop.run();

        assertThat(client.overflows).containsExactly(3);
    }

    @Test
    void writesOrDropsWhatIsNotStored() {
        open();
        DeliverEntry entry =
                DeliverEntry.newBuilder().setQos0(true).setMessageId(id(1)).build();

        assertThat(binding.deliver(entry)).isEqualTo(DeliveryOutcome.WRITTEN);
        client.writable = false;
        assertThat(binding.deliver(entry)).isEqualTo(DeliveryOutcome.DROPPED);
        assertThat(binding.inFlightCount()).isZero();
    }

    @Test
    void countsWhatIsNotStoredNeitherAgainstTheWindowNorAmongWhatComesAgain() {
        open();
        client.window = 1;
        deliver(5, 0);
        DeliverEntry entry =
                DeliverEntry.newBuilder().setQos0(true).setMessageId(id(1)).build();

        assertThat(binding.deliver(entry)).isEqualTo(DeliveryOutcome.WRITTEN);
        assertThat(client.lastFlags).isEqualTo(PushFrame.FLAG_QOS0);
        client.window = 0;
        assertThat(binding.deliver(entry)).isEqualTo(DeliveryOutcome.DROPPED);
        assertThat(binding.inFlightCount()).isOne();
        assertThat(saver.loads).isEmpty();
    }

    @Test
    void flagsANoticeWhetherItIsDeliveredOrLoaded() {
        PushExtension notice = PushExtension.newBuilder()
                .setInReplyTo("u1")
                .setNotice(Notice.newBuilder().setKey("k"))
                .build();
        int flags = PushFrame.FLAG_NOTICE | PushFrame.FLAG_EXTENSION;
        binding.onMayLoad();
        loop.run();
        saver.answerLoad(
                0,
                false,
                stored(5).toBuilder().setExtension(notice.toByteString()).build());
        loop.run();
        assertThat(client.lastFlags).isEqualTo(flags);

        binding.deliver(DeliverEntry.newBuilder()
                .setSeq(6)
                .setPrevSeq(5)
                .setMessageId(id(6))
                .setExtension(notice.toByteString())
                .build());
        assertThat(client.pushed).containsExactly(5L, 6L);
        assertThat(client.lastFlags).isEqualTo(flags);
    }

    @Test
    void flagsAnExtensionWithoutANotice() {
        open();
        binding.deliver(DeliverEntry.newBuilder()
                .setSeq(5)
                .setMessageId(id(5))
                .setExtension(
                        PushExtension.newBuilder().setInReplyTo("u1").build().toByteString())
                .build());
        assertThat(client.lastFlags).isEqualTo(PushFrame.FLAG_EXTENSION);

        binding.deliver(DeliverEntry.newBuilder()
                .setSeq(6)
                .setPrevSeq(5)
                .setMessageId(id(6))
                .setExtension(ByteString.copyFrom(new byte[] {(byte) 0xFF}))
                .build());
        assertThat(client.lastFlags).isEqualTo(PushFrame.FLAG_EXTENSION);
    }

    @Test
    void isNoSessionOnceItEnded() {
        open();
        binding.end();

        assertThat(deliver(5, 0)).isEqualTo(DeliveryOutcome.NO_SESSION);
    }

    @Test
    void dropsAcksBeyondTheBoundAndHasTheirMessagesComeAgain() {
        open();
        for (int seq = 1; seq <= 4097; seq++) {
            deliver(seq, seq - 1);
            binding.onAck(seq, AckFrame.KIND_DONE, 0);
        }

        assertThat(delivery.unconfirmedAcks()).isEqualTo(4096);
        assertThat(delivery.droppedAcks()).isOne();
        binding.onMayHaveOpened();
        loop.run();
        assertThat(saver.loads).hasSize(1);
    }

    @Test
    void takesNoMoreAcksOfWhatItDidNotSendThanAWindowHolds() {
        open();
        for (int seq = 1; seq <= 10_000; seq++) {
            binding.onAck(seq, AckFrame.KIND_DONE, 0);
        }

        assertThat(delivery.unconfirmedAcks()).isEqualTo(256);
        assertThat(delivery.droppedAcks()).isZero();
        deliver(20_000, 0);
        binding.onAck(20_000, AckFrame.KIND_DONE, 0);
        assertThat(delivery.unconfirmedAcks()).isEqualTo(257);
    }
}
