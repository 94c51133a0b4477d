package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.AppPutResponse;
import io.carillon.contract.AppPutStatus;
import io.carillon.contract.ClaimRequest;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.ClaimStatus;
import io.carillon.contract.NodeRef;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims, uplinks and settings. */
class QueuesIT {
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

    @BeforeEach
    void emptyQueue() {
        TestMySql.shared().execute(schema, "DELETE FROM uplink");
    }

    @Test
    void givesAKeyToTheFirstBodyThatCameWithIt() {
        ClaimRequest first = claim("key", "body", "1");

        assertThat(claimed(first).getStatus()).isEqualTo(ClaimStatus.CLAIM_STATUS_NEW);
        assertThat(claimed(first).getStatus()).as("the same call made twice").isEqualTo(ClaimStatus.CLAIM_STATUS_NEW);
        ClaimResponse repeated = claimed(claim("key", "body", "2"));
        assertThat(repeated.getStatus()).isEqualTo(ClaimStatus.CLAIM_STATUS_REPEATED);
        assertThat(repeated.getRequestId()).isEqualTo(first.getRequestId());
        assertThat(claimed(claim("key", "other", "3")).getStatus()).isEqualTo(ClaimStatus.CLAIM_STATUS_CONFLICT);
    }

    @Test
    void takesAnUplinkOnceForEachClientId() {
        assertThat(put("u1", "id-1", "a").getDuplicate()).isFalse();
        assertThat(put("u1", "id-1", "a").getDuplicate()).isTrue();
        assertThat(put("u2", "id-1", "a").getDuplicate())
                .as("another user's id")
                .isFalse();

        assertThat(take("c1")).hasSize(2);
    }

    @Test
    void leasesUplinksInTheOrderOfTheUserAndHoldsUpWhatFollowsAFailure() {
        put("order", "o-1", "first");
        put("order", "o-2", "second");
        List<StoredUplink> taken = take("c1");
        assertThat(taken)
                .extracting(uplink -> uplink.getEntry().getPayload().toStringUtf8())
                .containsExactly("first", "second");
        assertThat(take("c2")).as("leased").isEmpty();

        settle(taken.get(0), UplinkFate.UPLINK_FATE_RETRY, 60_000);
        settle(taken.get(1), UplinkFate.UPLINK_FATE_RETURNED, 0);
        assertThat(take("c2")).as("the second waits for the first").isEmpty();

        settle(taken.get(0), UplinkFate.UPLINK_FATE_RETRY, 60_000);
        settle(taken.get(0), UplinkFate.UPLINK_FATE_RETRY, 60_000);
        assertThat(take("c2")).as("after three failures it steps aside").containsExactly(taken.get(1));
    }

    @Test
    void forgetsWhatWasDelivered() {
        put("ends", "e-1", "delivered");

        settle(take("c1").getFirst(), UplinkFate.UPLINK_FATE_DELIVERED, 0);

        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM uplink"))
                .isZero();
    }

    @Test
    void answersALongPollWhenAnAppChanges() {
        SettingsResponse before = get(saver.saver.settings().settings(SettingsRequest.getDefaultInstance()));
        CompletableFuture<SettingsResponse> poll = saver.saver
                .settings()
                .settings(SettingsRequest.newBuilder()
                        .setKnownVersion(before.getVersion())
                        .setWaitMs(20_000)
                        .build());
        assertThat(poll).isNotDone();

        AppPutResponse saved = put(App.newBuilder().setId("app-1").setName("one"), 0);

        assertThat(saved.getStatus()).isEqualTo(AppPutStatus.APP_PUT_STATUS_SAVED);
        assertThat(get(poll).getVersion()).isEqualTo(saved.getVersion());
        assertThat(get(poll).getAppsList()).extracting(App::getId).contains("app-1");
    }

    @Test
    void answersTheNewestSettingsFromTheStoreItselfWhenAskedTo() {
        long behind = get(saver.saver
                        .settings()
                        .settings(SettingsRequest.newBuilder().setNewest(true).build()))
                .getVersion();
        TestMySql.shared().execute(schema, "UPDATE settings SET version = version + 1");

        long newest = get(saver.saver
                        .settings()
                        .settings(SettingsRequest.newBuilder().setNewest(true).build()))
                .getVersion();

        assertThat(newest).isEqualTo(behind + 1);
    }

    @Test
    void takesNobodyBackToWhatWasBeforeWhatHeKnowsFromAnotherSaver() {
        for (int i = 0; i < 20; i++) {
            long known = get(saver.saver
                                    .settings()
                                    .settings(SettingsRequest.newBuilder()
                                            .setNewest(true)
                                            .build()))
                            .getVersion()
                    + 1;
            TestMySql.shared().execute(schema, "UPDATE settings SET version = version + 1");

            SettingsResponse answer = get(saver.saver
                    .settings()
                    .settings(SettingsRequest.newBuilder()
                            .setKnownVersion(known)
                            .setWaitMs(50)
                            .build()));

            assertThat(answer.getVersion()).isEqualTo(known);
        }
    }

    @Test
    void answersALongPollAtTheEndOfItsWait() {
        long version = get(saver.saver.settings().settings(SettingsRequest.getDefaultInstance()))
                .getVersion();

        SettingsResponse answer = get(saver.saver
                .settings()
                .settings(SettingsRequest.newBuilder()
                        .setKnownVersion(version)
                        .setWaitMs(50)
                        .build()));

        assertThat(answer.getChanged()).isFalse();
    }

    @Test
    void refusesToCreateAnAppTwiceAndToWriteOverAChange() {
        long before = put(App.newBuilder().setId("app-2"), 0).getVersion();

        assertThat(get(saver.saver
                                .settings()
                                .put(AppPutRequest.newBuilder()
                                        .setApp(App.newBuilder().setId("app-2"))
                                        .setCreate(true)
                                        .build()))
                        .getStatus())
                .isEqualTo(AppPutStatus.APP_PUT_STATUS_EXISTS);
        put(App.newBuilder().setId("app-3"), 0);
        assertThat(put(App.newBuilder().setId("app-2"), before).getStatus())
                .isEqualTo(AppPutStatus.APP_PUT_STATUS_STALE);
    }

    private static AppPutResponse put(App.Builder app, long expectedVersion) {
        return get(saver.saver
                .settings()
                .put(AppPutRequest.newBuilder()
                        .setApp(app)
                        .setExpectedVersion(expectedVersion)
                        .build()));
    }

    private static ClaimResponse claimed(ClaimRequest request) {
        return get(saver.saver.claims().claim(request));
    }

    private static ClaimRequest claim(String key, String body, String request) {
        return ClaimRequest.newBuilder()
                .setApp("shop")
                .setKeyHash(bytes(32, key))
                .setBodyHash(bytes(32, body))
                .setRequestId(bytes(16, request))
                .build();
    }

    private static ByteString bytes(int size, String text) {
        byte[] bytes = new byte[size];
        byte[] from = ByteString.copyFromUtf8(text).toByteArray();
        System.arraycopy(from, 0, bytes, 0, from.length);
        return ByteString.copyFrom(bytes);
    }

    private static UplinkPutResult put(String user, String clientId, String payload) {
        UplinkPutResult result = get(saver.saver
                        .uplinks()
                        .put(UplinkPutRequest.newBuilder()
                                .addEntries(UplinkEntry.newBuilder()
                                        .setApp("shop")
                                        .setUser(user)
                                        .setClientId(clientId)
                                        .setPayload(ByteString.copyFromUtf8(payload)))
                                .build()))
                .getResults(0);
        assertThat(result.getStored()).isTrue();
        return result;
    }

    private static List<StoredUplink> take(String coordinator) {
        return get(saver.saver
                        .uplinks()
                        .take(UplinkTakeRequest.newBuilder()
                                .setCoordinator(NodeRef.newBuilder().setName(coordinator))
                                .setMax(10)
                                .setLeaseMs(60_000)
                                .build()))
                .getUplinksList();
    }

    private static void settle(StoredUplink uplink, UplinkFate fate, long retryAfterMs) {
        assertThat(get(saver.saver
                                .uplinks()
                                .settle(UplinkSettleRequest.newBuilder()
                                        .addSettlements(UplinkSettlement.newBuilder()
                                                .setId(uplink.getId())
                                                .setFate(fate)
                                                .setRetryAfterMs(retryAfterMs))
                                        .build()))
                        .getSettled(0))
                .isTrue();
    }
}
