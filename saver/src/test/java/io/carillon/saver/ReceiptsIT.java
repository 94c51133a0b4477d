package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.inRedis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.AckKind;
import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.NodeRef;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.Webhooks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What apps that want it are told of their messages' ends. */
class ReceiptsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static TestRedis redis;
    private static String schema;
    private static SaverFixture saver;
    private final List<String> told = new ArrayList<>();

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(
                SaverFixture.config(redis.uri(), TestMySql.shared().url(schema)));
        want("https://a.example/receipts");
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
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

    private static String told(PutEntry.Builder message, String state) {
        return message.getUser() + " " + state + " " + hex(message.getMessageId()) + " ";
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private List<String> told() {
        List<StoredUplink> taken = get(saver.saver
                        .uplinks()
                        .take(UplinkTakeRequest.newBuilder()
                                .setCoordinator(NodeRef.newBuilder().setName("reader"))
                                .setMax(100)
                                .setLeaseMs(60_000)
                                .build()))
                .getUplinksList();
        for (StoredUplink uplink : taken) {
            UplinkEntry entry = uplink.getEntry();
            told.add(entry.getUser() + " " + entry.getReceipt().getState() + " "
                    + hex(entry.getReceipt().getMessageId()) + " "
                    + entry.getReceipt().getReason());
        }
        return told;
    }

    private static void want(String url) {
        App app = App.newBuilder()
                .setId(SaverFixture.APP)
                .setWebhooks(Webhooks.newBuilder().setReceiptsUrl(url))
                .build();
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> get(saver.saver
                                        .settings()
                                        .put(AppPutRequest.newBuilder()
                                                .setApp(app)
                                                .build()))
                                .getVersion()
                        > 0);
        await().atMost(LIMIT).until(() -> saver.saver.settings().wantsReceipts(SaverFixture.APP));
    }
}
