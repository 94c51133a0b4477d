package io.carillon.saver.label;

import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.LabelsRequest;
import io.carillon.contract.LabelsResponse;
import io.carillon.contract.ResolveRequest;
import io.carillon.contract.ResolveResponse;
import io.carillon.contract.TaggedCountRequest;
import io.carillon.contract.TaggedCountResponse;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.DatabaseWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Tags and aliases of users, as they are changed and asked for. MySQL is where they are; while it is away every call
 * fails, but loads go on. Thread-safe; never blocks.
 */
public final class Labels implements AutoCloseable {
    private static final int RESOLVE_USERS_MAX = 10_000;
    /** A transaction that another one's lock order ended is begun anew. */
    private static final String DEADLOCK = "40001";

    private final DatabaseWork mysql;
    private final TagVersions versions;
    private final LoadTags loads;
    private final int waitSeconds;
    private final TagListener listener;

    /** Told, in the transaction, of a user whose tags it has changed. */
    @FunctionalInterface
    public interface TagListener {
        void onTags(Connection connection, String app, String user) throws SQLException;
    }

    /** @param statementTimeout after which MySQL's connection is given up: what may take long ends before */
    public Labels(
            DatabaseWork mysql,
            ScheduledExecutorService scheduler,
            Duration statementTimeout,
            long loadWaitMs,
            TagListener listener) {
        this.mysql = mysql;
        this.listener = listener;
        versions = new TagVersions(mysql, scheduler);
        loads = new LoadTags(mysql, versions, loadWaitMs);
        waitSeconds = (int) Math.max(1, statementTimeout.toSeconds() - 1);
    }

    public LoadTags loads() {
        return loads;
    }

    public CompletableFuture<LabelsChangeResponse> change(LabelsChangeRequest request) {
        String problem = LabelRules.problem(request);
        if (!problem.isEmpty()) {
            return CompletableFuture.completedFuture(
                    LabelsChangeResponse.newBuilder().setError(problem).build());
        }
        return changing(connection -> change(connection, request)).thenApply(changed -> {
            versions.adopt(request.getUser().getApp(), changed.tags());
            return changed.response();
        });
    }

    private LabelTable.Changed change(Connection connection, LabelsChangeRequest request) throws SQLException {
        LabelTable.Changed changed = LabelTable.change(connection, request, waitSeconds);
        if (changed.response().getChanged() && request.getKind() == LabelKind.LABEL_KIND_TAG) {
            listener.onTags(
                    connection, request.getUser().getApp(), request.getUser().getUser());
        }
        return changed;
    }

    public CompletableFuture<LabelsResponse> labels(LabelsRequest request) {
        UserKey user = request.getUser();
        return mysql.submit(connection -> LabelTable.labels(connection, user.getApp(), user.getUser()));
    }

    public CompletableFuture<ResolveResponse> resolve(ResolveRequest request) {
        String problem = LabelRules.problem("aliases", request.getAliasesList());
        int max = Math.clamp(Integer.toUnsignedLong(request.getUsersMax()), 1, RESOLVE_USERS_MAX);
        return problem.isEmpty()
                ? mysql.submit(connection -> LabelTable.resolve(connection, request, max))
                : malformed(problem);
    }

    public CompletableFuture<TaggedCountResponse> count(TaggedCountRequest request) {
        String problem = LabelRules.problem(request.getAudience());
        if (!problem.isEmpty()) {
            return malformed(problem);
        }
        return mysql.submit(connection ->
                        AudienceCount.count(connection, request.getApp(), request.getAudience(), waitSeconds))
                .thenApply(users ->
                        TaggedCountResponse.newBuilder().setUsers(users).build());
    }

    /** Drops what a user has. Returns the version of the app's tags behind it. */
    public CompletableFuture<Long> forget(UserKey user) {
        return changing(connection -> {
                    AppTags tags = LabelTable.forget(connection, user.getApp(), user.getUser(), waitSeconds);
                    return tags == null ? AppTags.NONE : tags;
                })
                .thenApply(tags -> {
                    versions.adopt(user.getApp(), tags);
                    return tags.version();
                });
    }

    private <T> CompletableFuture<T> changing(Database.Work<T> work) {
        return mysql.submit(connection -> {
            try {
                return work.on(connection);
            } catch (SQLException e) {
                if (!DEADLOCK.equals(e.getSQLState())) {
                    throw e;
                }
                connection.rollback();
                return work.on(connection);
            }
        });
    }

    private static <T> CompletableFuture<T> malformed(String problem) {
        return CompletableFuture.failedFuture(new RpcException(RpcStatus.MALFORMED, problem));
    }

    @Override
    public void close() {
        versions.close();
    }
}
