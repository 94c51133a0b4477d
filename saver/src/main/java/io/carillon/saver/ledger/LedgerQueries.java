package io.carillon.saver.ledger;

import com.google.protobuf.ByteString;
import io.carillon.contract.LedgerRecord;
import io.carillon.contract.LedgerRequest;
import io.carillon.contract.LedgerResponse;
import io.carillon.contract.MessageEvent;
import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.contract.RecallRequest;
import io.carillon.contract.RecallResponse;
import io.carillon.contract.RequestCountsRequest;
import io.carillon.contract.RequestCountsResponse;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.layout.Fate;
import io.carillon.saver.layout.FateRecord;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.mysql.FateTable;
import io.carillon.saver.mysql.MessageTable;
import io.carillon.saver.rebuild.WarmOps;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.Reply;
import io.carillon.saver.schedule.Schedule;
import io.carillon.saver.schedule.ScheduledMessage;
import io.carillon.saver.schedule.ScheduledMessages;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Answers what happened to a message: all savers' records, then the stores for what no record ends. Thread-safe; never
 * blocks.
 *
 * <p>A saver or a store that does not answer makes an answer incomplete, and says so in it. A question fails where there
 * is nothing to answer with: no record, and no MySQL.
 */
public final class LedgerQueries {
    private static final int FATES_MAX = 10_000;
    private static final String PENDING = "pending";
    private static final String SCHEDULED = "scheduled";
    /** It is in no mailbox, and nothing says why: its record was lost with a saver, or not sampled. */
    private static final String UNKNOWN = "unknown";

    private final Function<LedgerRequest, CompletableFuture<Answers>> savers;
    private final WarmOps redis;
    private final DatabaseWork mysql;
    private final Schedule schedule;
    private final Ledger ledger;

    /** @param savers asks every saver, this one included; the future never fails */
    public LedgerQueries(
            Function<LedgerRequest, CompletableFuture<Answers>> savers,
            WarmOps redis,
            DatabaseWork mysql,
            Schedule schedule,
            Ledger ledger) {
        this.savers = savers;
        this.redis = redis;
        this.mysql = mysql;
        this.schedule = schedule;
        this.ledger = ledger;
    }

    public CompletableFuture<MessageResponse> message(MessageRequest request) {
        return savers.apply(LedgerRequest.newBuilder()
                        .addMessageIds(request.getMessageId())
                        .build())
                .thenCompose(answers -> {
                    List<LedgerRecord> own = answers.records().stream()
                            .filter(record -> record.getApp().equals(request.getApp()))
                            .toList();
                    return (own.isEmpty() ? fromMySql(request) : completed(request, merged(own)))
                            .thenApply(response -> answers.complete()
                                    ? response
                                    : response.toBuilder().setIncomplete(true).build());
                });
    }

    private static MessageResponse.Builder merged(List<LedgerRecord> records) {
        MessageResponse.Builder response = MessageResponse.newBuilder().setFound(true);
        Set<String> types = new HashSet<>();
        List<MessageEvent> events = new ArrayList<>();
        for (LedgerRecord record : records) {
            response.setUser(UserKey.newBuilder().setApp(record.getApp()).setUser(record.getUser()));
            if (!record.getRequestId().isEmpty()) {
                response.setRequestId(record.getRequestId());
                response.setSeq(record.getSeq());
            }
            // A message that was parked may still be acknowledged or expire.
            if (!record.getState().isEmpty()
                    && (response.getState().isEmpty() || response.getState().equals(Fate.PARKED.label()))) {
                response.setState(record.getState());
            }
            for (MessageEvent event : record.getEventsList()) {
                if (types.add(event.getType() + '@' + event.getReason())) {
                    events.add(event);
                }
            }
        }
        events.sort(Comparator.comparingLong(MessageEvent::getAtMs));
        return response.addAllEvents(events);
    }

    /** Asks the mailbox where no record says how it ended. */
    private CompletableFuture<MessageResponse> completed(MessageRequest request, MessageResponse.Builder found) {
        if (!found.getState().isEmpty() && !found.getState().equals(Fate.PARKED.label())) {
            return CompletableFuture.completedFuture(found.build());
        }
        UserKey user = found.getUser();
        int bucket = Buckets.of(user.getApp(), user.getUser());
        byte[] id = request.getMessageId().toByteArray();
        List<Op> ops = List.of(
                Op.of("I", bucket, UserKeys.encode(user.getApp(), user.getUser()), id), Op.of("S", bucket, FATES_MAX));
        return redis.submit(ops).thenCompose(replies -> {
            if (replies[0].ok() && replies[0].number(1) > 0) {
                return CompletableFuture.completedFuture(
                        found.setState(replies[0].number(1) == 2 ? Fate.PARKED.label() : PENDING)
                                .build());
            }
            Fate fate = unsettled(replies[1], id);
            if (fate != null) {
                return CompletableFuture.completedFuture(
                        found.setState(fate.label()).build());
            }
            // Without Redis, a row says what was pending when it was last asked.
            boolean redisSilent = !replies[0].ok() || !replies[1].ok();
            return fromMySql(request)
                    .thenApply(stored -> found.setState(stored.getFound() ? stored.getState() : UNKNOWN)
                            .setSendAtMs(stored.getSendAtMs())
                            .setIncomplete(redisSilent)
                            .build())
                    .exceptionally(failure ->
                            found.setState(UNKNOWN).setIncomplete(true).build());
        });
    }

    private static @org.jspecify.annotations.Nullable Fate unsettled(Reply reply, byte[] id) {
        for (int i = 1; i < reply.size(); i++) {
            FateRecord fate = FateRecord.parse(reply.bytes(i));
            if (fate.fate().leaves() && Arrays.equals(fate.messageId(), id)) {
                return fate.fate();
            }
        }
        return null;
    }

    private CompletableFuture<MessageResponse> fromMySql(MessageRequest request) {
        byte[] id = request.getMessageId().toByteArray();
        return mysql.submit(connection -> {
            MessageResponse.Builder response = MessageResponse.newBuilder();
            for (FateTable.Row row : FateTable.of(connection, id)) {
                if (row.app().equals(request.getApp())) {
                    Fate fate = Fate.of(row.reason());
                    response.setFound(true)
                            .setState(fate.label())
                            .setUser(UserKey.newBuilder().setApp(row.app()).setUser(row.user()))
                            .setSeq(row.seq())
                            .addEvents(MessageEvent.newBuilder()
                                    .setAtMs(row.atMs())
                                    .setType(fate.label()));
                }
            }
            if (!response.getFound() || response.getState().equals(Fate.PARKED.label())) {
                MessageTable.byId(connection, id)
                        .filter(row -> row.app().equals(request.getApp()))
                        .ifPresent(row -> response.setFound(true)
                                .setState(response.getState().isEmpty() ? PENDING : response.getState())
                                .setUser(UserKey.newBuilder().setApp(row.app()).setUser(row.user()))
                                .setSeq(row.seq()));
            }
            if (!response.getFound()) {
                fromSchedule(connection, request, response);
            }
            return response.build();
        });
    }

    private static void fromSchedule(Connection connection, MessageRequest request, MessageResponse.Builder response)
            throws SQLException {
        ScheduledMessage message = ScheduledMessages.find(connection, request.getApp(), request.getMessageId());
        if (message != null) {
            response.setFound(true)
                    .setState(SCHEDULED)
                    .setSendAtMs(message.sendAtMs())
                    .setRequestId(message.requestId())
                    .setUser(UserKey.newBuilder().setApp(message.app()).setUser(message.user()));
        }
    }

    /**
     * Takes a message out of its mailbox, or out of its request for later. Where it may be pending and Redis did not say, the call fails, and says
     * whether it certainly changed nothing.
     */
    public CompletableFuture<RecallResponse> recall(RecallRequest request) {
        return recall(request, true);
    }

    private CompletableFuture<RecallResponse> recall(RecallRequest request, boolean first) {
        MessageRequest question = MessageRequest.newBuilder()
                .setApp(request.getApp())
                .setMessageId(request.getMessageId())
                .build();
        return message(question).thenCompose(found -> {
            if (!found.getFound() && found.getIncomplete()) {
                return CompletableFuture.failedFuture(
                        new RpcException(RpcStatus.FAILED, true, "not every saver answered, and no other knows it"));
            }
            if (found.getState().equals(SCHEDULED)) {
                return recallScheduled(request, first);
            }
            if (!found.getFound() || ended(found)) {
                return CompletableFuture.completedFuture(
                        RecallResponse.newBuilder().setState(found.getState()).build());
            }
            UserKey user = found.getUser();
            Op op = Op.of(
                    "R",
                    Buckets.of(user.getApp(), user.getUser()),
                    UserKeys.encode(user.getApp(), user.getUser()),
                    request.getMessageId().toByteArray());
            return redis.submit(op).thenCompose(reply -> recalled(request, first, found, reply));
        });
    }

    private CompletableFuture<RecallResponse> recallScheduled(RecallRequest request, boolean first) {
        return schedule.recall(request.getApp(), request.getMessageId()).thenCompose(message -> {
            if (message.isPresent() && !message.get().taken()) {
                return CompletableFuture.completedFuture(RecallResponse.newBuilder()
                        .setRecalled(true)
                        .setState(Fate.RECALLED.label())
                        .build());
            }
            // A center puts it at this moment; where that has happened it is in its mailbox, and recalled there.
            return message.isEmpty() && first
                    ? recall(request, false)
                    : CompletableFuture.failedFuture(
                            new RpcException(RpcStatus.FAILED, true, "it is being sent just now; try again"));
        });
    }

    private CompletableFuture<RecallResponse> recalled(
            RecallRequest request, boolean first, MessageResponse found, Reply reply) {
        if (!reply.ok()) {
            return CompletableFuture.failedFuture(new RpcException(
                    RpcStatus.FAILED, reply.status() != Reply.Status.UNKNOWN, "stores: " + reply.error()));
        }
        if (reply.number(1) == 1) {
            return CompletableFuture.completedFuture(RecallResponse.newBuilder()
                    .setRecalled(true)
                    .setState(Fate.RECALLED.label())
                    .build());
        }
        if (found.getState().equals(UNKNOWN) && !found.getIncomplete()) {
            return CompletableFuture.completedFuture(
                    RecallResponse.newBuilder().setState(UNKNOWN).build());
        }
        // It ended between the question and the order, or MySQL alone has it as yet: the next answer tells.
        return first
                ? recall(request, false)
                : CompletableFuture.failedFuture(
                        new RpcException(RpcStatus.FAILED, true, "it is not in Redis: " + found.getState()));
    }

    private static boolean ended(MessageResponse found) {
        return !Set.of(PENDING, UNKNOWN, Fate.PARKED.label()).contains(found.getState());
    }

    /** Counts by state; what no record ends counts as pending. */
    public CompletableFuture<RequestCountsResponse> counts(RequestCountsRequest request) {
        return savers.apply(LedgerRequest.newBuilder()
                        .setRequestId(request.getRequestId())
                        .build())
                .thenCompose(accepted -> {
                    List<ByteString> ids = accepted.records().stream()
                            .filter(record -> record.getApp().equals(request.getApp()))
                            .map(LedgerRecord::getMessageId)
                            .distinct()
                            .toList();
                    return savers.apply(LedgerRequest.newBuilder()
                                    .addAllMessageIds(ids)
                                    .build())
                            .thenCombine(
                                    scheduled(request),
                                    (answers, later) -> counted(ids, later.ids(), answers.records()).toBuilder()
                                            .setIncomplete(
                                                    !accepted.complete() || !answers.complete() || !later.known())
                                            .build());
                });
    }

    /** What of a request is kept for later. */
    private record Later(List<ByteString> ids, boolean known) {}

    private CompletableFuture<Later> scheduled(RequestCountsRequest request) {
        return mysql.submit(connection -> new Later(
                        ScheduledMessages.ofRequest(connection, request.getApp(), request.getRequestId()), true))
                .exceptionally(failure -> new Later(List.of(), false));
    }

    private static RequestCountsResponse counted(
            List<ByteString> ids, List<ByteString> scheduled, List<LedgerRecord> records) {
        Map<ByteString, String> states = new HashMap<>();
        ids.forEach(id -> states.put(id, PENDING));
        scheduled.forEach(id -> states.put(id, SCHEDULED));
        for (LedgerRecord record : records) {
            String before = states.get(record.getMessageId());
            if (!record.getState().isEmpty()
                    && before != null
                    && (before.equals(PENDING) || before.equals(SCHEDULED) || before.equals(Fate.PARKED.label()))) {
                states.put(record.getMessageId(), record.getState());
            }
        }
        Map<String, Long> counts = new HashMap<>();
        states.values().forEach(state -> counts.merge(state, 1L, Long::sum));
        return RequestCountsResponse.newBuilder()
                .setFound(!states.isEmpty())
                .putAllByState(counts)
                .build();
    }

    /** This saver's own records, for another saver. */
    public CompletableFuture<LedgerResponse> own(LedgerRequest request) {
        return mysql.run(() -> ledger.find(request));
    }
}
