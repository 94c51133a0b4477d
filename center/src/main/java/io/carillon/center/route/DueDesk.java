package io.carillon.center.route;

import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DueOutcome;
import io.carillon.contract.DueRequest;
import io.carillon.contract.DueResponse;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcCall;
import io.carillon.rpc.RpcHandler;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Serves savers: tells the rooms of users with due messages to load, and says who is offline. */
public final class DueDesk implements RpcHandler<DueRequest, DueResponse> {
    private final Router router;

    public DueDesk(Router router) {
        this.router = router;
    }

    @Override
    public CompletionStage<DueResponse> onRequest(DueRequest request, RpcCall call) {
        List<DeliverEntry> hints =
                request.getUsersList().stream().map(DueDesk::hint).toList();
        return router.route(hints).fates().thenApply(fates -> {
            DueResponse.Builder response = DueResponse.newBuilder();
            fates.forEach(fate -> response.addOutcomes(outcome(fate)));
            return response.build();
        });
    }

    private static DeliverEntry hint(UserKey user) {
        return DeliverEntry.newBuilder()
                .setApp(user.getApp())
                .setUser(user.getUser())
                .setHint(true)
                .build();
    }

    private static DueOutcome outcome(RouteFate fate) {
        return switch (fate) {
            case WRITTEN, HINTED -> DueOutcome.DUE_OUTCOME_HINTED;
            case OFFLINE -> DueOutcome.DUE_OUTCOME_OFFLINE;
            case DROPPED, PRESENCE_UNKNOWN, NO_SESSION, ROOM_UNREACHABLE -> DueOutcome.DUE_OUTCOME_UNKNOWN;
        };
    }
}
