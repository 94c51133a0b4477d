package io.carillon.saver;

import static io.carillon.saver.SaverFixture.APP;
import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.newId;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.MessageEvent;
import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.RecallRequest;
import io.carillon.contract.RecallResponse;
import io.carillon.contract.RequestCountsRequest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The ledger, and recall. */
class HistoryIT {
    private static TestRedis redis;
    private static SaverFixture saver;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        saver = new SaverFixture(SaverFixture.config(
                redis.uri(), TestMySql.shared().url(TestMySql.shared().newSchema())));
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    @Test
    void tellsAMessagesLifeFromAcceptanceToAck() {
        PutEntry entry = message("life", "hello").build();
        PutResult result = saver.putAll(entry).getFirst();
        assertThat(history(entry).getState()).isEqualTo("pending");

        saver.ack(
                "life",
                Ack.newBuilder()
                        .setSeq(result.getSeq())
                        .setMessageId(entry.getMessageId())
                        .setWrittenAtMs(result.getStoredAtMs() + 1)
                        .setAckedAtMs(result.getStoredAtMs() + 2)
                        .build());

        MessageResponse history = history(entry);
        assertThat(history.getState()).isEqualTo("acked");
        assertThat(history.getSeq()).isEqualTo(result.getSeq());
        assertThat(history.getUser().getUser()).isEqualTo("life");
        assertThat(history.getRequestId()).isEqualTo(entry.getRequestId());
        assertThat(history.getEventsList())
                .extracting(MessageEvent::getType)
                .containsExactly("accepted", "stored", "written", "acked");
    }

    @Test
    void saysNothingOfAnotherAppsMessage() {
        PutEntry entry = message("private", "hello").build();
        saver.putAll(entry);

        assertThat(get(saver.saver
                                .history()
                                .message(MessageRequest.newBuilder()
                                        .setApp("other")
                                        .setMessageId(entry.getMessageId())
                                        .build()))
                        .getFound())
                .isFalse();
    }

    @Test
    void recallsWhatIsPendingOnce() {
        PutEntry entry = message("recall", "hello").build();
        saver.putAll(entry);

        assertThat(recall(entry).getRecalled()).isTrue();
        assertThat(texts(saver.load("recall"))).isEmpty();
        assertThat(history(entry).getState()).isEqualTo("recalled");
        assertThat(recall(entry).getRecalled()).isFalse();
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        history(entry).getEventsList())
                .extracting(MessageEvent::getType)
                .contains("recalled"));
    }

    @Test
    void countsTheMessagesOfARequestByState() {
        ByteString request = newId();
        PutEntry first = message("count-1", "a").setRequestId(request).build();
        PutEntry second = message("count-2", "b").setRequestId(request).build();
        long seq = saver.putAll(first, second).getFirst().getSeq();
        saver.ack(
                "count-1",
                Ack.newBuilder().setSeq(seq).setMessageId(first.getMessageId()).build());

        assertThat(get(saver.saver
                                .history()
                                .counts(RequestCountsRequest.newBuilder()
                                        .setApp(APP)
                                        .setRequestId(request)
                                        .build()))
                        .getByStateMap())
                .containsEntry("acked", 1L)
                .containsEntry("pending", 1L);
    }

    private static MessageResponse history(PutEntry entry) {
        return get(saver.saver
                .history()
                .message(MessageRequest.newBuilder()
                        .setApp(APP)
                        .setMessageId(entry.getMessageId())
                        .build()));
    }

    private static RecallResponse recall(PutEntry entry) {
        return get(saver.saver
                .history()
                .recall(RecallRequest.newBuilder()
                        .setApp(APP)
                        .setMessageId(entry.getMessageId())
                        .build()));
    }
}
