package io.carillon.saver.mailbox;

import io.carillon.contract.ForgetRequest;
import io.carillon.contract.ForgetResponse;
import io.carillon.contract.MailboxRequest;
import io.carillon.contract.MailboxResponse;
import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import io.carillon.contract.StoredMessage;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.rebuild.WarmOps;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.Reply;
import java.util.concurrent.CompletableFuture;

/** Questions and orders about whole mailboxes. Where the stores do not answer, the call fails. */
public final class MailboxQueries {
    private static final int LIMIT_MAX = 500;
    /** A page of mailbox fits a frame of the RPC. */
    private static final int LIMIT_DEFAULT = 100;

    private final WarmOps redis;

    public MailboxQueries(WarmOps redis) {
        this.redis = redis;
    }

    /** Whom the stores do not answer for counts as pending: asking again costs one load. */
    public CompletableFuture<PendingResponse> pending(PendingRequest request) {
        return redis.submit(request.getUsersList().stream()
                        .map(user -> op("N", user))
                        .toList())
                .thenApply(replies -> {
                    PendingResponse.Builder response = PendingResponse.newBuilder();
                    for (Reply reply : replies) {
                        response.addPending(!reply.ok() || reply.number(1) == 1);
                    }
                    return response.build();
                });
    }

    public CompletableFuture<MailboxResponse> mailbox(MailboxRequest request) {
        int limit = request.getLimit() == 0 ? LIMIT_DEFAULT : Math.clamp(request.getLimit(), 1, LIMIT_MAX);
        UserKey user = request.getUser();
        return redis.submit(op("M", user, limit, request.getAfterSeq())).thenApply(reply -> {
            requireAnswer(reply);
            MailboxResponse.Builder response = MailboxResponse.newBuilder()
                    .setCount((int) reply.number(1))
                    .setBytes(reply.number(2))
                    .setMore(reply.number(3) == 1);
            for (int i = 4; i + 2 < reply.size(); i += 3) {
                StoredMessage message = Deliveries.message(user.getApp(), user.getUser(), reply, i);
                if (message != null) {
                    response.addMessages(message);
                }
            }
            return response.build();
        });
    }

    /** Drops all that is pending of a user. */
    public CompletableFuture<ForgetResponse> forget(ForgetRequest request) {
        return redis.submit(op("F", request.getUser())).thenApply(reply -> {
            requireAnswer(reply);
            return ForgetResponse.newBuilder().setDropped((int) reply.number(1)).build();
        });
    }

    private static Op op(String code, UserKey user, Object... more) {
        Object[] args = new Object[more.length + 1];
        args[0] = UserKeys.encode(user.getApp(), user.getUser());
        System.arraycopy(more, 0, args, 1, more.length);
        return Op.of(code, Buckets.of(user.getApp(), user.getUser()), args);
    }

    private static void requireAnswer(Reply reply) {
        if (!reply.ok()) {
            throw new RpcException(RpcStatus.FAILED, "stores: " + reply.error());
        }
    }
}
