package io.carillon.room;

import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.KickEntry;
import io.carillon.contract.KickRequest;
import io.carillon.contract.KickResponse;
import io.carillon.contract.ReplacedEntry;
import io.carillon.contract.ReplacedRequest;
import io.carillon.contract.ReplacedResponse;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.connection.ConnectionLoop;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryOutcome;
import io.carillon.room.session.ClientSession;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What other processes ask of this room. A batch is handed over with one task for each event loop that holds some of its
 * connections; their outcomes are gathered. Thread-safe, never blocks.
 */
final class RoomRpc {
    /** Told how each entry ended; any thread. */
    @FunctionalInterface
    interface Observer {
        void onOutcome(DeliverEntry entry, DeliveryOutcome outcome);
    }

    private final Gateway gateway;
    private final Observer observer;

    RoomRpc(Gateway gateway, Observer observer) {
        this.gateway = gateway;
        this.observer = observer;
    }

    CompletableFuture<DeliverResponse> deliver(DeliverRequest request) {
        List<DeliverEntry> entries = request.getEntriesList();
        DeliverOutcome[] outcomes = new DeliverOutcome[entries.size()];
        Arrays.fill(outcomes, DeliverOutcome.DELIVER_OUTCOME_NO_SESSION);
        if (request.getIncarnation() != gateway.self().getIncarnation()) {
            return CompletableFuture.completedFuture(response(outcomes));
        }
        int[] perLoop = new int[gateway.loops().size()];
        for (DeliverEntry entry : entries) {
            ConnectionLoop loop = gateway.loopOf(entry.getConnectionId());
            if (loop != null) {
                perLoop[loop.loop().index()]++;
            }
        }
        CompletableFuture<DeliverResponse> answer = new CompletableFuture<>();
        // One more than there are tasks, so that it can't end before all are handed over.
        AtomicInteger open = new AtomicInteger(1);
        Runnable onDone = () -> {
            if (open.decrementAndGet() == 0) {
                answer.complete(response(outcomes));
            }
        };
        for (ConnectionLoop loop : gateway.loops()) {
            if (perLoop[loop.loop().index()] > 0) {
                open.incrementAndGet();
                loop.loop().execute(() -> {
                    deliverOn(loop, entries, outcomes);
                    onDone.run();
                });
            }
        }
        onDone.run();
        return answer;
    }

    private void deliverOn(ConnectionLoop loop, List<DeliverEntry> entries, DeliverOutcome[] outcomes) {
        for (int i = 0; i < outcomes.length; i++) {
            DeliverEntry entry = entries.get(i);
            if (gateway.loopOf(entry.getConnectionId()) == loop) {
                DeliveryOutcome outcome = deliver(loop, entry);
                observer.onOutcome(entry, outcome);
                outcomes[i] = wire(outcome);
            }
        }
    }

    private DeliveryOutcome deliver(ConnectionLoop loop, DeliverEntry entry) {
        ClientSession session = Gateway.sessionOf(loop, entry.getConnectionId());
        return session == null
                ? gateway.lost().deliver(entry.getConnectionId(), entry.getApp(), entry.getUser(), !entry.getQos0())
                : session.deliver(entry);
    }

    private static DeliverOutcome wire(DeliveryOutcome outcome) {
        return switch (outcome) {
            case WRITTEN -> DeliverOutcome.DELIVER_OUTCOME_WRITTEN;
            case LATER -> DeliverOutcome.DELIVER_OUTCOME_LATER;
            case NO_SESSION -> DeliverOutcome.DELIVER_OUTCOME_NO_SESSION;
            case DROPPED -> DeliverOutcome.DELIVER_OUTCOME_DROPPED;
        };
    }

    private static DeliverResponse response(DeliverOutcome[] outcomes) {
        DeliverResponse.Builder response = DeliverResponse.newBuilder();
        for (DeliverOutcome outcome : outcomes) {
            response.addOutcomes(outcome);
        }
        return response.build();
    }

    CompletableFuture<KickResponse> kick(KickRequest request) {
        boolean meant = request.getIncarnation() == gateway.self().getIncarnation();
        List<CompletableFuture<Boolean>> ends = request.getEntriesList().stream()
                .map(entry -> meant ? kick(entry) : CompletableFuture.completedFuture(false))
                .toList();
        return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).thenApply(ignored -> {
            KickResponse.Builder response = KickResponse.newBuilder();
            ends.forEach(end -> response.addEnded(end.join()));
            return response.build();
        });
    }

    private CompletableFuture<Boolean> kick(KickEntry entry) {
        ConnectionLoop loop = gateway.loopOf(entry.getConnectionId());
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        if (loop == null) {
            ended.complete(false);
        } else {
            loop.loop().execute(() -> ended.complete(kickOn(loop, entry)));
        }
        return ended;
    }

    private boolean kickOn(ConnectionLoop loop, KickEntry entry) {
        ClientSession session = Gateway.sessionOf(loop, entry.getConnectionId());
        String app = entry.getUser().getApp();
        String user = entry.getUser().getUser();
        if (session == null) {
            return gateway.lost().kick(entry.getConnectionId(), app, user);
        }
        Binding binding = session.binding(app, user);
        if (binding == null) {
            return false;
        }
        session.kick(binding, entry.getBanned() ? ProtocolCode.BANNED : ProtocolCode.KICKED, entry.getReason());
        return true;
    }

    CompletableFuture<ReplacedResponse> replaced(ReplacedRequest request) {
        if (request.getIncarnation() == gateway.self().getIncarnation()) {
            for (ReplacedEntry entry : request.getEntriesList()) {
                ConnectionLoop loop = gateway.loopOf(entry.getConnectionId());
                if (loop != null) {
                    loop.loop()
                            .execute(() -> gateway.replace(
                                    loop,
                                    entry.getConnectionId(),
                                    entry.getApp(),
                                    entry.getUser(),
                                    entry.getMoved(),
                                    entry.getNewcomerDevice()));
                }
            }
        }
        return CompletableFuture.completedFuture(ReplacedResponse.getDefaultInstance());
    }
}
