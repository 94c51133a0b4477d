package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.MessageEvent;
import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.contract.RecallRequest;
import io.carillon.contract.RecallResponse;
import io.carillon.contract.RequestCountsRequest;
import io.carillon.contract.ScheduleDoneRequest;
import io.carillon.contract.SchedulePutRequest;
import io.carillon.contract.SchedulePutResponse;
import io.carillon.contract.ScheduleTakeRequest;
import io.carillon.contract.ScheduledEntry;
import io.carillon.contract.ScheduledPost;
import io.carillon.runtime.config.ByteSize;
import io.carillon.saver.schedule.ScheduleConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages for later. */
class ScheduleIT {
    private static final int PER_APP_MAX = 3;
    private static TestRedis redis;
    private static String schema;
    private static SaverFixture saver;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(new SaverConfig(
                SaverFixture.redis(false, redis.uri()),
                SaverFixture.mysql(TestMySql.shared().url(schema)),
                SaverFixture.limits(500, 8),
                SaverFixture.ledger(),
                SaverFixture.deadLetters(10_000),
                SaverFixture.broadcasts(),
                new ScheduleConfig(PER_APP_MAX, new ByteSize(1 << 20), Duration.ofDays(7)),
                SaverFixture.uplinks()));
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    @BeforeEach
    void empty() {
        TestMySql.shared().execute(schema, "DELETE FROM scheduled_post");
    }

    @Test
    void keepsARequestToItsTimeAndForgetsItWhenItIsDone() {
        ScheduledPost post = post("app-1", System.currentTimeMillis() + 5_000);
        assertThat(put(post).getCreated()).isTrue();
        assertThat(put(post).getCreated()).as("the same again").isFalse();
        assertThat(take(60_000)).isEmpty();

        await().untilAsserted(() -> assertThat(take(60_000)).containsExactly(post));
        assertThat(take(60_000)).as("leased").isEmpty();

        ScheduleDoneRequest done = ScheduleDoneRequest.newBuilder()
                .addRequestIds(post.getRequestId())
                .build();
        assertThat(get(saver.saver.schedule().done(done)).getDeletedList()).containsExactly(post.getRequestId());
        assertThat(get(saver.saver.schedule().done(done)).getDeletedList())
                .as("only one of two who think that it is theirs may send it")
                .isEmpty();
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM scheduled_post"))
                .isZero();
    }

    @Test
    void givesARequestToTheNextWhenItsLeaseRunsOut() {
        ScheduledPost post = post("app-2", 1);
        put(post);
        assertThat(take(300)).containsExactly(post);

        await().untilAsserted(() -> assertThat(take(60_000)).containsExactly(post));
    }

    @Test
    void refusesMoreThanAnAppMayHave() {
        for (int i = 0; i < PER_APP_MAX; i++) {
            assertThat(put(post("app-3", Long.MAX_VALUE)).getCreated()).isTrue();
        }

        assertThat(put(post("app-3", 1)).getError()).contains("3 requests for later");
        assertThat(put(post("app-4", 1)).getCreated()).as("another app").isTrue();
    }

    @Test
    void refusesMoreBytesThanAnAppMayHave() {
        ScheduledPost big = post("app-5", 1).toBuilder()
                .addEntries(ScheduledEntry.newBuilder().setPayload(ByteString.copyFrom(new byte[1 << 20])))
                .build();

        assertThat(put(big).getError()).contains("1MiB of requests for later");
    }

    @Test
    void dropsWhatNobodyCouldPut() {
        put(post("app-6", 1));
        TestMySql.shared().execute(schema, "UPDATE scheduled_post SET due_at_ms = due_at_ms - 1000 * 86400 * 8");
        put(post("app-6", 1));

        await().untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM scheduled_post"))
                    .isEqualTo(1);
        });
        assertThat(saver.saver.schedule().dropped()).isPositive();
    }

    @Test
    void tellsThatAMessageIsScheduledAndTakesItBackAlone() {
        long sendAtMs = System.currentTimeMillis() + 600_000;
        ScheduledPost post = ofTwo("app-7", sendAtMs);
        put(post);
        ByteString first = post.getEntries(0).getMessageId();
        ByteString second = post.getEntries(1).getMessageId();

        MessageResponse scheduled = history("app-7", first);
        assertThat(scheduled.getState()).isEqualTo("scheduled");
        assertThat(scheduled.getSendAtMs()).isEqualTo(sendAtMs);
        assertThat(scheduled.getUser().getUser()).isEqualTo("ann");
        assertThat(scheduled.getRequestId()).isEqualTo(post.getRequestId());
        assertThat(scheduled.getEventsList()).extracting(MessageEvent::getType).containsExactly("scheduled");
        assertThat(history("other", first).getFound()).as("another app's").isFalse();
        assertThat(states(post)).containsExactly(Map.entry("scheduled", 2L));

        assertThat(recall("other", first).getRecalled()).isFalse();
        assertThat(recall("app-7", first).getRecalled()).isTrue();

        assertThat(recall("app-7", first)).satisfies(again -> {
            assertThat(again.getRecalled()).isFalse();
            assertThat(again.getState()).isEqualTo("recalled");
        });
        assertThat(history("app-7", first).getState()).isEqualTo("recalled");
        assertThat(history("app-7", second).getState()).isEqualTo("scheduled");
        assertThat(states(post)).containsOnly(Map.entry("scheduled", 1L), Map.entry("recalled", 1L));
        TestMySql.shared().execute(schema, "UPDATE scheduled_post SET due_at_ms = 1, next_at_ms = 1");
        assertThat(take(60_000)).singleElement().satisfies(rest -> {
            assertThat(rest.getEntriesList())
                    .extracting(ScheduledEntry::getMessageId)
                    .containsExactly(second);
            assertThat(rest.getEntries(0).getPayload().toStringUtf8())
                    .as("which stood in the first alone")
                    .isEqualTo("hello");
        });
    }

    @Test
    void forgetsARequestWhoseLastMessageIsTakenBack() {
        ScheduledPost post = ofTwo("app-8", System.currentTimeMillis() + 600_000);
        put(post);

        post.getEntriesList().forEach(entry -> assertThat(
                        recall("app-8", entry.getMessageId()).getRecalled())
                .isTrue());

        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM scheduled_post"))
                .isZero();
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM scheduled_message"))
                .isZero();
    }

    @Test
    void saysThatItCannotTakeBackWhatACenterIsSendingJustNow() {
        ScheduledPost post = ofTwo("app-9", 1);
        put(post);
        take(60_000);

        ByteString id = post.getEntries(0).getMessageId();
        assertThat(history("app-9", id).getState()).isEqualTo("scheduled");
        assertThatThrownBy(() -> recall("app-9", id)).hasMessageContaining("it is being sent just now");
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM scheduled_message"))
                .isEqualTo(2);
    }

    private static ScheduledPost ofTwo(String app, long sendAtMs) {
        return ScheduledPost.newBuilder()
                .setRequestId(SaverFixture.newId())
                .setApp(app)
                .setSendAtMs(sendAtMs)
                .addEntries(ScheduledEntry.newBuilder()
                        .setUser("ann")
                        .setMessageId(SaverFixture.newId())
                        .setPayload(ByteString.copyFromUtf8("hello")))
                .addEntries(ScheduledEntry.newBuilder().setUser("bob").setMessageId(SaverFixture.newId()))
                .build();
    }

    private static MessageResponse history(String app, ByteString id) {
        return get(saver.saver
                .history()
                .message(
                        MessageRequest.newBuilder().setApp(app).setMessageId(id).build()));
    }

    private static RecallResponse recall(String app, ByteString id) {
        return get(saver.saver
                .history()
                .recall(RecallRequest.newBuilder().setApp(app).setMessageId(id).build()));
    }

    private static Map<String, Long> states(ScheduledPost post) {
        return get(saver.saver
                        .history()
                        .counts(RequestCountsRequest.newBuilder()
                                .setApp(post.getApp())
                                .setRequestId(post.getRequestId())
                                .build()))
                .getByStateMap();
    }

    private static ScheduledPost post(String app, long sendAtMs) {
        return ScheduledPost.newBuilder()
                .setRequestId(SaverFixture.newId())
                .setApp(app)
                .setSendAtMs(sendAtMs)
                .addEntries(ScheduledEntry.newBuilder().setUser("u").setMessageId(SaverFixture.newId()))
                .build();
    }

    private static SchedulePutResponse put(ScheduledPost post) {
        return get(saver.saver
                .schedule()
                .put(SchedulePutRequest.newBuilder().setPost(post).build()));
    }

    private static List<ScheduledPost> take(long leaseMs) {
        return get(saver.saver
                        .schedule()
                        .take(ScheduleTakeRequest.newBuilder()
                                .setMax(10)
                                .setLeaseMs(leaseMs)
                                .build()))
                .getPostsList();
    }
}
