package io.carillon.room.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.loop.VirtualLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The order of a user's uplinks on their way to coordinator. */
class UplinkGathererTest {
    private static final UplinkResult OK = UplinkResult.getDefaultInstance();
    private static final UplinkResult LATER = UplinkResult.newBuilder()
            .setCode(ProtocolCode.UNAVAILABLE.wire())
            .setRetryAfterSeconds(5)
            .build();
    private static final UplinkResult NEVER = UplinkResult.newBuilder()
            .setCode(ProtocolCode.REQUEST_INVALID.wire())
            .build();

    private final VirtualLoop loop = new VirtualLoop();
    private final List<UplinkRequest> batches = new ArrayList<>();
    private final List<CompletableFuture<UplinkResponse>> calls = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();
    private final UplinkGatherer gatherer = new UplinkGatherer(loop, UplinkLimits.defaults(), (request, timeout) -> {
        batches.add(request);
        CompletableFuture<UplinkResponse> call = new CompletableFuture<>();
        calls.add(call);
        return call;
    });

    @Test
    void whatAUserSendsMeanwhileWaitsForHisBatchAndHoldsUpNobodyElse() {
        send("ann", "1", "2");
        send("ann", "3", "4");
        send("bob", "1");

        assertThat(batch(0)).containsExactly("ann 1", "ann 2");
        assertThat(batch(1)).containsExactly("bob 1");
        assertThat(batches).hasSize(2);

        answer(0, OK, OK);
        assertThat(batch(2)).containsExactly("ann 3", "ann 4");
        answer(2, OK, OK);
        assertThat(answers).containsExactly("ann 1 ok", "ann 2 ok", "ann 3 ok", "ann 4 ok");
    }

    @Test
    void whatWaitedComesBeforeWhatCameWhenTheBatchWasAnswered() {
        send("ann", "1");
        send("ann", "2");
        calls.getFirst().complete(response(OK));
        add("ann", "3");
        loop.run();

        assertThat(batch(1)).containsExactly("ann 2", "ann 3");
    }

    @Test
    void whatWaitedForOneThatIsToComeAgainIsToComeAgain() {
        send("ann", "1", "2");
        send("ann", "3");

        answer(0, LATER, LATER);

        assertThat(answers).containsExactly("ann 1 later", "ann 2 later", "ann 3 later");
        assertThat(batches).hasSize(1);
        send("ann", "1", "2", "3");
        assertThat(batch(1)).containsExactly("ann 1", "ann 2", "ann 3");
    }

    @Test
    void whatIsRefusedForEverHoldsUpNothing() {
        send("ann", "1");
        send("ann", "2");

        answer(0, NEVER);

        assertThat(batch(1)).containsExactly("ann 2");
    }

    @Test
    void aCallThatFailsIsToComeAgainWithAllThatWaitedForIt() {
        send("ann", "1");
        send("ann", "2");

        calls.getFirst().completeExceptionally(new IllegalStateException("no coordinator"));
        loop.run();

        assertThat(answers).containsExactly("ann 1 later", "ann 2 later");
    }

    private void send(String user, String... ids) {
        for (String id : ids) {
            add(user, id);
        }
        loop.run();
    }

    private void add(String user, String id) {
        gatherer.add(
                UplinkEntry.newBuilder()
                        .setApp("demo")
                        .setUser(user)
                        .setClientId(id)
                        .build(),
                (entry, code, text, retryAfterSeconds) -> answers.add(entry.getUser()
                        + ' '
                        + entry.getClientId()
                        + (code == 0 ? " ok" : retryAfterSeconds > 0 ? " later" : " never")));
    }

    private void answer(int call, UplinkResult... results) {
        calls.get(call).complete(response(results));
        loop.run();
    }

    private static UplinkResponse response(UplinkResult... results) {
        return UplinkResponse.newBuilder().addAllResults(List.of(results)).build();
    }

    private List<String> batch(int index) {
        return batches.get(index).getEntriesList().stream()
                .map(entry -> entry.getUser() + ' ' + entry.getClientId())
                .toList();
    }
}
