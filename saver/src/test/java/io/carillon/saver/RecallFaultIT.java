package io.carillon.saver;

import static io.carillon.saver.SaverFixture.APP;
import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.contract.PutEntry;
import io.carillon.contract.RecallRequest;
import io.carillon.contract.RecallResponse;
import io.carillon.rpc.RpcException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Recalls that Redis does not answer. */
class RecallFaultIT {
    @Test
    void failRatherThanCallAMessagePendingAndNotRecalled() {
        try (TestRedis redis = new TestRedis();
                SaverFixture saver = new SaverFixture(SaverFixture.hastyConfig(
                        redis.uri(), TestMySql.shared().url(TestMySql.shared().newSchema())))) {
            PutEntry before = message("recall", "before").build();
            saver.putAll(before);
            redis.kill();
            PutEntry stray = message("recall", "while away").build();
            assertThat(saver.putAll(stray).getFirst().getInMysql()).isTrue();

            assertNothingChanged(recall(saver, before));
            assertNothingChanged(recall(saver, stray));
            MessageResponse history = get(saver.saver
                    .history()
                    .message(MessageRequest.newBuilder()
                            .setApp(APP)
                            .setMessageId(before.getMessageId())
                            .build()));
            assertThat(history.getState()).isEqualTo("pending");
            assertThat(history.getIncomplete())
                    .as("Redis may know that it was acknowledged")
                    .isTrue();

            redis.restart();
            for (PutEntry entry : new PutEntry[] {before, stray}) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .untilAsserted(() ->
                                assertThat(get(recall(saver, entry)).getState()).isEqualTo("recalled"));
            }
        }
    }

    private static void assertNothingChanged(CompletableFuture<RecallResponse> recall) {
        assertThatThrownBy(recall::join).cause().isInstanceOfSatisfying(RpcException.class, failure -> assertThat(
                        failure.notExecuted())
                .isTrue());
    }

    private static CompletableFuture<RecallResponse> recall(SaverFixture saver, PutEntry entry) {
        return saver.saver
                .history()
                .recall(RecallRequest.newBuilder()
                        .setApp(APP)
                        .setMessageId(entry.getMessageId())
                        .build());
    }
}
