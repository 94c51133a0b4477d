package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.inRedis;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.EventKind;
import io.carillon.contract.NodeRef;
import io.carillon.contract.PutEntry;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.saver.uplink.UplinkConfig;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where as many receipts wait for an app's endpoint as may. */
class ReceiptBoundIT {
    private static final int WAITING_MAX = 5;

    private final TestRedis redis = new TestRedis();
    private final String schema = TestMySql.shared().newSchema();
    private final SaverFixture saver = new SaverFixture(new SaverConfig(
            SaverFixture.redis(false, redis.uri()),
            SaverFixture.mysql(TestMySql.shared().url(schema)),
            SaverFixture.limits(500, 8),
            SaverFixture.ledger(),
            SaverFixture.deadLetters(1_000),
            SaverFixture.broadcasts(),
            SaverFixture.schedule(),
            new UplinkConfig(WAITING_MAX, Duration.ofDays(5))));
    private int acked;

    @BeforeEach
    void start() {
        saver.wantReceipts();
    }

    @AfterEach
    void stop() {
        saver.close();
        redis.close();
    }

    @Test
    void dropsReceiptsBeyondItCountsThemAndSettlesTheFatesAllTheSame() {
        fill();

        long before = saver.saver.receiptsDropped();
        long waiting = waiting();
        acknowledge(inRedis("ann", "one more"));
        acknowledge(SaverFixture.message("ann", "one that is in MySQL"));
        soon().until(() -> saver.saver.receiptsDropped() == before + 2);

        assertThat(waiting()).as("none is pushed out by a later one").isEqualTo(waiting);
        assertThat(saver.saver.receiptsDropped() + waiting)
                .as("each was queued or counted, once")
                .isEqualTo(acked);
        soon().until(() -> TestMySql.shared().count(schema, "SELECT COUNT(*) FROM message") == 0);
        soon().untilAsserted(() -> assertThat(redis.command(commands -> commands.keys("*}f")))
                .as("no fate waits for a place")
                .isEqualTo("[]"));
    }

    @Test
    void refusesNothingElseOfTheApp() {
        fill();

        UplinkEntry uplink = UplinkEntry.newBuilder()
                .setApp(SaverFixture.APP)
                .setUser("ann")
                .setEndpoint(1)
                .build();
        assertThat(get(saver.saver
                                .uplinks()
                                .put(UplinkPutRequest.newBuilder()
                                        .addEntries(uplink)
                                        .build()))
                        .getResults(0)
                        .getStored())
                .isTrue();
    }

    @Test
    void queuesReceiptsAgainOnceSomeWereDelivered() {
        fill();
        deliverAll();
        assertThat(waiting()).isZero();

        soon().untilAsserted(() -> {
            acknowledge(inRedis("ann", "again"));
            assertThat(waiting()).isPositive();
        });
    }

    /** Until one is dropped. The bound is looked up every two seconds, so more may wait than its number. */
    private void fill() {
        soon().until(() -> {
            acknowledge(inRedis("ann", "m" + acked));
            return saver.saver.receiptsDropped() > 0;
        });
        soon().until(() -> saver.saver.receiptsDropped() + waiting() == acked);
        assertThat(waiting()).isGreaterThanOrEqualTo(WAITING_MAX);
    }

    private void acknowledge(PutEntry.Builder message) {
        saver.ack(message.getUser(), saver.put(message).getSeq());
        acked++;
    }

    private long waiting() {
        return TestMySql.shared().count(schema, "SELECT COUNT(*) FROM uplink");
    }

    private void deliverAll() {
        NodeRef reader = NodeRef.newBuilder().setName("reader").build();
        soon().until(() -> {
            List<StoredUplink> taken = get(saver.saver
                            .uplinks()
                            .take(UplinkTakeRequest.newBuilder()
                                    .setCoordinator(reader)
                                    .setMax(1_000)
                                    .setLeaseMs(60_000)
                                    .build()))
                    .getUplinksList();
            assertThat(taken)
                    .allMatch(uplink -> uplink.getEntry().getKind() == EventKind.EVENT_KIND_RECEIPT)
                    .allMatch(
                            uplink -> uplink.getEntry().getReceipt().getState().equals("acked"));
            UplinkSettleRequest.Builder settle = UplinkSettleRequest.newBuilder();
            taken.forEach(uplink -> settle.addSettlements(
                    UplinkSettlement.newBuilder().setId(uplink.getId()).setFate(UplinkFate.UPLINK_FATE_DELIVERED)));
            get(saver.saver.uplinks().settle(settle.build()));
            return waiting() == 0;
        });
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }
}
