package io.carillon.saver;

import static io.carillon.saver.SaverFixture.APP;
import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.inRedis;
import static io.carillon.saver.SaverFixture.later;
import static io.carillon.saver.SaverFixture.loading;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.AckKind;
import io.carillon.contract.ForgetRequest;
import io.carillon.contract.LoadResult;
import io.carillon.contract.MailboxRequest;
import io.carillon.contract.MailboxResponse;
import io.carillon.contract.PendingRequest;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.contract.UserKey;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MailboxIT {
    private static TestRedis redis;
    private static String schema;
    private static SaverFixture saver;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(
                SaverFixture.config(redis.uri(), TestMySql.shared().url(schema)));
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    @Test
    void answersWithBothCopiesInMySqlMode() {
        PutResult result = saver.put(message("both", "hello"));

        assertThat(result.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
        assertThat(result.getInRedis()).isTrue();
        assertThat(result.getInMysql()).isTrue();
        assertThat(rows("both")).isEqualTo(1);
    }

    @Test
    void answersWithRedisAloneInRedisMode() {
        PutResult result = saver.put(inRedis("fast", "hello"));

        assertThat(result.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
        assertThat(result.getInRedis()).isTrue();
        assertThat(result.getInMysql()).isFalse();
        assertThat(texts(saver.load("fast"))).containsExactly("hello");
    }

    @Test
    void writesBothInRedisModeWhereTwoCopiesAreAsked() {
        assertThat(saver.put(inRedis("two", "hello").setMinCopies(2)).getInMysql())
                .isTrue();
    }

    @Test
    void loadsInOrderWithGrowingSeqsAndPredecessors() {
        List<PutResult> results = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            results.add(saver.put(inRedis("ordered", "m" + i)));
        }

        LoadResult loaded = saver.load("ordered");

        assertThat(texts(loaded)).containsExactly("m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9");
        assertThat(results.getFirst().getPrevSeq()).isZero();
        for (int i = 1; i < 10; i++) {
            assertThat(results.get(i).getSeq()).isGreaterThan(results.get(i - 1).getSeq());
            assertThat(results.get(i).getPrevSeq()).isEqualTo(results.get(i - 1).getSeq());
            assertThat(loaded.getMessages(i).getPrevSeq())
                    .isEqualTo(results.get(i - 1).getSeq());
        }
        assertThat(loaded.getMore()).isFalse();
    }

    @Test
    void putsManyUsersAtOnceInTheOrderOfTheirEntries() {
        PutEntry[] entries = new PutEntry[1000];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = message("many-" + i, "text " + i).build();
        }

        List<PutResult> results = saver.putAll(entries);

        assertThat(results)
                .allMatch(result -> result.getStatus() == PutStatus.PUT_STATUS_STORED && result.getInMysql());
        assertThat(texts(saver.load("many-777"))).containsExactly("text 777");
    }

    @Test
    void answersARetryWithTheFirstSeq() {
        PutEntry.Builder entry = message("retry", "once");

        PutResult first = saver.put(entry);
        PutResult second = saver.put(entry);

        assertThat(second.getSeq()).isEqualTo(first.getSeq());
        assertThat(second.getDuplicate()).isTrue();
        assertThat(second.getSettled()).isFalse();
        assertThat(second.getInMysql()).isTrue();
        assertThat(texts(saver.load("retry"))).containsExactly("once");
        assertThat(rows("retry")).isEqualTo(1);
    }

    @Test
    void tellsARetryThatItsMessageIsSettled() {
        PutEntry.Builder entry = message("settled", "once").setRememberId(true);
        PutResult first = saver.put(entry);
        saver.ack("settled", first.getSeq());

        PutResult second = saver.put(entry);

        assertThat(second.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
        assertThat(second.getSeq()).isEqualTo(first.getSeq());
        assertThat(second.getSettled()).isTrue();
        assertThat(texts(saver.load("settled"))).isEmpty();
    }

    @Test
    void aSecondAttemptDoesNotBringBackWhatWasAcknowledgedMeanwhile() {
        PutEntry.Builder entry = message("again", "once");
        PutResult first = saver.put(entry);
        saver.ack("again", first.getSeq());

        PutResult second = saver.put(entry.setAgain(true));

        assertThat(second.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
        assertThat(second.getSeq()).isEqualTo(first.getSeq());
        assertThat(second.getSettled()).isTrue();
        assertThat(texts(saver.load("again"))).isEmpty();
    }

    @Test
    void rejectsWhatIsImpossible() {
        assertThat(saver.put(message("x", "y").setMessageId(ByteString.copyFromUtf8("short")))
                        .getError())
                .isEqualTo("message_id of 5 bytes (expected: 16)");
        assertThat(saver.put(message("x", "y").setTtlMs(0)).getStatus()).isEqualTo(PutStatus.PUT_STATUS_REJECTED);
        assertThat(saver.put(message("", "y")).getError()).isEqualTo("user:  (expected: 1 to 64 bytes)");
        assertThat(saver.put(message("x", "y").setPayload(ByteString.copyFrom(new byte[1 << 20])))
                        .getStatus())
                .isEqualTo(PutStatus.PUT_STATUS_REJECTED);
        assertThat(texts(saver.load("x"))).isEmpty();
    }

    @Test
    void offersNothingThatHasExpired() {
        saver.put(inRedis("expired", "short").setTtlMs(1));
        saver.put(inRedis("expired", "long"));

        Awaitility.await()
                .untilAsserted(() -> assertThat(texts(saver.load("expired"))).containsExactly("long"));
    }

    @Test
    void replacesThePendingMessageOfACollapseKey() {
        saver.put(inRedis("collapse", "score 1").setCollapseKey("score"));
        PutResult other = saver.put(inRedis("collapse", "other"));
        PutResult replaced = saver.put(inRedis("collapse", "score 2").setCollapseKey("score"));

        assertThat(texts(saver.load("collapse"))).containsExactly("other", "score 2");
        assertThat(replaced.getPrevSeq()).isEqualTo(other.getSeq());
    }

    @Test
    void dropsTheOldestWhenAMailboxIsFullAndTellsTheNextLoad() {
        for (int i = 0; i < 503; i++) {
            saver.put(inRedis("full", "m" + i));
        }

        LoadResult first = saver.load("full");
        LoadResult second = saver.load("full");

        assertThat(first.getOverflowed()).isEqualTo(3);
        assertThat(texts(first)).startsWith("m3", "m4").hasSize(16);
        assertThat(first.getMore()).isTrue();
        assertThat(second.getOverflowed()).isZero();
    }

    @Test
    void dropsTheOldestWhenAMailboxWeighsTooMuch() {
        String heavy = "x".repeat(300_000);
        for (int i = 0; i < 4; i++) {
            saver.put(inRedis("heavy", heavy));
        }

        LoadResult loaded = saver.load(loading("heavy").setBytesMax(10 << 20));

        assertThat(loaded.getOverflowed()).isEqualTo(1);
        assertThat(loaded.getMessagesCount()).isEqualTo(3);
    }

    @Test
    void keepsToTheWindowAndLeavesOutWhatIsInFlight() {
        PutResult first = saver.put(inRedis("window", "a".repeat(100)));
        saver.put(inRedis("window", "b".repeat(100)));
        saver.put(inRedis("window", "c".repeat(100)));

        LoadResult oneByCount = saver.load(loading("window").setMessagesMax(1));
        LoadResult byBytes =
                saver.load(loading("window").addInFlight(first.getSeq()).setBytesMax(200));
        LoadResult noRoom =
                saver.load(loading("window").addInFlight(first.getSeq()).setBytesMax(50));

        assertThat(texts(oneByCount)).containsExactly("a".repeat(100));
        assertThat(oneByCount.getMore()).isTrue();
        assertThat(texts(byBytes)).containsExactly("b".repeat(100));
        assertThat(byBytes.getMore()).isTrue();
        assertThat(noRoom.getMessagesCount()).isZero();
    }

    @Test
    void removesExactlyWhatIsAcknowledged() {
        PutResult first = saver.put(inRedis("acks", "one"));
        PutResult second = saver.put(inRedis("acks", "two"));
        saver.put(inRedis("acks", "three"));

        assertThat(saver.ack("acks", second.getSeq())).isTrue();
        assertThat(saver.ack("acks", second.getSeq()))
                .as("an ack may come twice")
                .isTrue();

        assertThat(texts(saver.load("acks"))).containsExactly("one", "three");
        assertThat(texts(saver.load(loading("acks").addAcks(Ack.newBuilder().setSeq(first.getSeq())))))
                .as("a load applies its acks first")
                .containsExactly("three");
    }

    @Test
    void offersAgainLaterWhatTheClientPutOff() {
        PutResult first = saver.put(inRedis("later", "one"));
        saver.put(inRedis("later", "two"));

        saver.ack("later", later(first.getSeq(), 5));

        assertThat(texts(saver.load("later"))).containsExactly("two");
        Awaitility.await()
                .untilAsserted(() -> assertThat(texts(saver.load("later"))).containsExactly("one", "two"));
    }

    @Test
    void dropsWhatTheClientRefuses() {
        PutResult first = saver.put(inRedis("refuses", "one"));

        saver.ack(
                "refuses",
                Ack.newBuilder()
                        .setSeq(first.getSeq())
                        .setKind(AckKind.ACK_KIND_REFUSED)
                        .setRefusedReason(7)
                        .build());

        assertThat(texts(saver.load("refuses"))).isEmpty();
    }

    @Test
    void leavesNoKeyBehindAnEmptyMailbox() {
        PutResult first = saver.put(inRedis("clean", "one"));
        saver.ack("clean", first.getSeq());

        assertThat(redis.command(commands -> commands.keys("*u:shop\0clean"))).isEqualTo("[]");
    }

    @Test
    void saysWhatIsPendingAndForgets() {
        UserKey user = UserKey.newBuilder().setApp(APP).setUser("asked").build();
        saver.put(inRedis("asked", "one"));
        saver.put(inRedis("asked", "two"));

        MailboxResponse mailbox = get(saver.saver
                .queries()
                .mailbox(MailboxRequest.newBuilder().setUser(user).setLimit(1).build()));
        assertThat(mailbox.getCount()).isEqualTo(2);
        assertThat(mailbox.getMessages(0).getPayload().toStringUtf8()).isEqualTo("one");
        assertThat(mailbox.getMore()).isTrue();
        assertThat(pending(user)).isTrue();

        assertThat(get(saver.saver
                                .queries()
                                .forget(ForgetRequest.newBuilder().setUser(user).build()))
                        .getDropped())
                .isEqualTo(2);
        assertThat(pending(user)).isFalse();
    }

    private static boolean pending(UserKey user) {
        return get(saver.saver
                        .queries()
                        .pending(PendingRequest.newBuilder().addUsers(user).build()))
                .getPending(0);
    }

    private static long rows(String user) {
        return TestMySql.shared().count(schema, "SELECT COUNT(*) FROM message WHERE user = '" + user + "'");
    }
}
