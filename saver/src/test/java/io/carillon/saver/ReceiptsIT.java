package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.inRedis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.AckKind;
import io.carillon.contract.ForgetRequest;
import io.carillon.contract.NodeRef;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.RecallRequest;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UserKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What apps that want it are told of their messages' ends. */
class ReceiptsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MAILBOX_MESSAGES_MAX = 3;
    private static final int PARK_AFTER = 2;

    private static TestRedis redis;
    private static String schema;
    private static SaverFixture saver;
    private final List<String> told = new ArrayList<>();

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(new SaverConfig(
                SaverFixture.redis(false, redis.uri()),
                SaverFixture.mysql(TestMySql.shared().url(schema)),
                SaverFixture.limits(MAILBOX_MESSAGES_MAX, PARK_AFTER),
                SaverFixture.ledger(),
                SaverFixture.deadLetters(10_000),
                SaverFixture.broadcasts(),
                SaverFixture.schedule(),
                SaverFixture.uplinks()));
        saver.wantReceipts();
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    @BeforeEach
    void empty() {
        TestMySql.shared().execute(schema, "DELETE FROM uplink");
    }

    @Test
    void tellsOfAnAckAlsoWhereMySqlNeverHadTheMessage() {
        PutEntry.Builder message = inRedis("ann", "hello");
        PutResult stored = saver.put(message);

        saver.ack("ann", stored.getSeq());

        await().atMost(LIMIT).untilAsserted(() -> assertThat(told()).containsExactly(told(message, "acked")));
    }

    @Test
    void tellsWithTheReasonWhatTheClientRefused() {
        PutEntry.Builder message = SaverFixture.message("bob", "hello");
        PutResult stored = saver.put(message);

        saver.ack(
                "bob",
                Ack.newBuilder()
                        .setSeq(stored.getSeq())
                        .setKind(AckKind.ACK_KIND_REFUSED)
                        .setRefusedReason(3)
                        .build());

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(told()).containsExactly(told(message, "refused") + "code 3"));
    }

    @Test
    void tellsWhatExpired() {
        PutEntry.Builder message = inRedis("cid", "hello").setTtlMs(50);
        saver.put(message);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(told())
                .containsExactly(told(message, "expired") + "its time to live is over"));
    }

    @Test
    void tellsOfAnAckOfWhatIsInMySqlOnceItsRowIsGone() {
        PutEntry.Builder message = SaverFixture.message("dee", "hello");
        PutResult stored = saver.put(message);
        assertThat(stored.getInMysql()).isTrue();

        saver.ack("dee", stored.getSeq());

        await().atMost(LIMIT).untilAsserted(() -> assertThat(told()).containsExactly(told(message, "acked")));
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM message WHERE user = 'dee'"))
                .as("in one transaction")
                .isZero();
    }

    @Test
    void tellsOfTheOldestThatAFullMailboxDropped() {
        List<PutEntry.Builder> messages = new ArrayList<>();
        for (int i = 0; i < MAILBOX_MESSAGES_MAX + 2; i++) {
            messages.add(inRedis("eve", "m" + i));
            saver.put(messages.getLast());
        }

        await().atMost(LIMIT).untilAsserted(() -> assertThat(told())
                .containsExactly(
                        told(messages.get(0), "overflowed") + "the mailbox was full",
                        told(messages.get(1), "overflowed") + "the mailbox was full"));
    }

    @Test
    void tellsWhatWasParkedAndWhatBecameOfItWhenItWasOfferedOnceMore() {
        PutEntry.Builder silent = inRedis("fay", "never answered");
        long seq = saver.put(silent).getSeq();
        String parked = told(silent, "parked") + "the client did not acknowledge it";
        await().atMost(LIMIT).untilAsserted(() -> {
            // It counts once in a pause.
            saver.load(SaverFixture.loading("fay").addUnanswered(seq));
            assertThat(told()).containsExactly(parked);
        });

        PutEntry.Builder next = inRedis("fay", "answered");
        saver.ack("fay", saver.put(next).getSeq());
        saver.ack("fay", seq);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(told())
                .containsExactlyInAnyOrder(parked, told(next, "acked"), told(silent, "acked")));
    }

    @Test
    void tellsNothingOfWhatTheBusinessDidItself() {
        saver.put(inRedis("gus", "replaced").setCollapseKey("k"));
        saver.put(inRedis("gus", "forgotten").setCollapseKey("k"));
        get(saver.saver
                .queries()
                .forget(ForgetRequest.newBuilder()
                        .setUser(UserKey.newBuilder().setApp(SaverFixture.APP).setUser("gus"))
                        .build()));
        PutEntry.Builder recalled = SaverFixture.message("gus", "recalled");
        saver.put(recalled);
        assertThat(get(saver.saver
                                .history()
                                .recall(RecallRequest.newBuilder()
                                        .setApp(SaverFixture.APP)
                                        .setMessageId(recalled.getMessageId())
                                        .build()))
                        .getRecalled())
                .isTrue();
        PutEntry.Builder last = inRedis("gus", "acknowledged");
        saver.ack("gus", saver.put(last).getSeq());

        await().atMost(LIMIT).untilAsserted(() -> assertThat(told())
                .as("the fates of one user are settled in their order")
                .containsExactly(told(last, "acked")));
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM fate WHERE user = 'gus'"))
                .isEqualTo(3);
    }

    private static String told(PutEntry.Builder message, String state) {
        return message.getUser() + " " + state + " " + hex(message.getMessageId()) + " ";
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    /** Takes what waits as delivered, or a user's next would wait behind it. */
    private List<String> told() {
        List<StoredUplink> taken = get(saver.saver
                        .uplinks()
                        .take(UplinkTakeRequest.newBuilder()
                                .setCoordinator(NodeRef.newBuilder().setName("reader"))
                                .setMax(100)
                                .setLeaseMs(60_000)
                                .build()))
                .getUplinksList();
        UplinkSettleRequest.Builder delivered = UplinkSettleRequest.newBuilder();
        for (StoredUplink uplink : taken) {
            delivered.addSettlements(
                    UplinkSettlement.newBuilder().setId(uplink.getId()).setFate(UplinkFate.UPLINK_FATE_DELIVERED));
            UplinkEntry entry = uplink.getEntry();
            told.add(entry.getUser() + " " + entry.getReceipt().getState() + " "
                    + hex(entry.getReceipt().getMessageId()) + " "
                    + entry.getReceipt().getReason());
        }
        get(saver.saver.uplinks().settle(delivered.build()));
        return told;
    }
}
