package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.EventKind;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.Presence;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.Webhooks;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages that are stored for somebody who is offline. */
class OfflineReceiptsTest {
    private static final String TO_ANN = "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"hello\"}";

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet
            .addSaver("saver-1")
            .answer(SaverMethods.PUT, fixture::storeAll)
            .answer(SaverMethods.UPLINK_PUT, request -> UplinkPutResponse.getDefaultInstance());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void tellsAnAppThatWantsReceipts() {
        register(Presence.PRESENCE_OFFLINE);
        wantReceipts();

        String id = fixture.post("/v1/messages", TO_ANN)
                .json()
                .path("results")
                .get(0)
                .path("message_id")
                .asText();

        Awaitility.await().until(() -> !saver.requests(UplinkPutRequest.class).isEmpty());
        UplinkEntry receipt = saver.requests(UplinkPutRequest.class).getFirst().getEntries(0);
        assertThat(receipt.getKind()).isEqualTo(EventKind.EVENT_KIND_RECEIPT);
        assertThat(receipt.getApp()).isEqualTo("demo");
        assertThat(receipt.getUser()).isEqualTo("ann");
        assertThat(receipt.getReceipt().getState()).isEqualTo("stored_offline");
        assertThat(Json.hex(receipt.getReceipt().getMessageId())).isEqualTo(id);
    }

    @Test
    void tellsNothingOfOneWhoIsPerhapsOnline() {
        FakePeer register = register(Presence.PRESENCE_UNKNOWN);
        wantReceipts();

        fixture.post("/v1/messages", TO_ANN);

        Awaitility.await().until(() -> !register.requests(io.carillon.contract.LookupRequest.class)
                .isEmpty());
        assertThat(saver.requests(UplinkPutRequest.class)).isEmpty();
    }

    @Test
    void tellsNothingToAnAppThatDoesNotWantReceipts() {
        FakePeer register = register(Presence.PRESENCE_OFFLINE);

        fixture.post("/v1/messages", TO_ANN);

        Awaitility.await().until(() -> !register.requests(io.carillon.contract.LookupRequest.class)
                .isEmpty());
        assertThat(saver.requests(UplinkPutRequest.class)).isEmpty();
    }

    private FakePeer register(Presence presence) {
        return fixture.fleet
                .addRegister("register-1")
                .answer(RegisterMethods.LOOKUP, request -> LookupResponse.newBuilder()
                        .addResults(LookupResult.newBuilder().setPresence(presence))
                        .build());
    }

    private void wantReceipts() {
        fixture.apps.replace(
                2,
                List.of(ApiFixture.DEMO.toBuilder()
                        .setWebhooks(Webhooks.newBuilder().setReceiptsUrl("https://a.example/r"))
                        .build()));
    }
}
