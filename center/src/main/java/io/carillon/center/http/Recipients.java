package io.carillon.center.http;

import io.carillon.center.fleet.SaverClient;
import io.carillon.center.message.PostedMessage;
import io.carillon.contract.ResolveRequest;
import io.carillon.contract.ResolveResponse;
import io.carillon.runtime.contract.SaverMethods;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Whom a message is for: users by name, and those behind aliases, once each.
 *
 * @param users at most 1,000, distinct
 * @param aliases at most 100; one of users or aliases is not empty
 */
record Recipients(List<String> users, List<String> aliases) {
    static final int USERS_MAX = 1_000;

    private static final long RETRY_AFTER_SECONDS = 1;

    static Recipients read(JsonFields to) {
        List<String> aliases = LabelRoutes.labels(to, "aliases");
        if (aliases != null && aliases.isEmpty()) {
            throw to.invalid("aliases", "none (expected: 1 to " + LabelRoutes.LABELS_MAX + ")");
        }
        List<String> users = to.texts("users", USERS_MAX);
        if ((users == null || users.isEmpty()) && (users != null || aliases == null)) {
            throw to.invalid("users", "none (expected: 1 to " + USERS_MAX + ", or aliases alone)");
        }
        to.end();
        return new Recipients(distinct(to, users), aliases == null ? List.of() : aliases);
    }

    private static List<String> distinct(JsonFields to, @Nullable List<String> users) {
        if (users == null) {
            return List.of();
        }
        Set<String> distinct = new HashSet<>();
        for (int i = 0; i < users.size(); i++) {
            String defect = UserNames.defect(users.get(i));
            if (defect != null) {
                throw to.invalid("users[" + i + "]", defect);
            }
            if (!distinct.add(users.get(i))) {
                throw to.invalid("users[" + i + "]", "a repeat (expected: each user once)");
            }
        }
        return users;
    }

    /** The message with the users behind its aliases, as they are now; nothing of it has happened where this fails. */
    static CompletableFuture<PostedMessage> resolved(SaverClient savers, String app, PostedMessage message) {
        if (message.aliases().isEmpty()) {
            return CompletableFuture.completedFuture(message);
        }
        ResolveRequest request = ResolveRequest.newBuilder()
                .setApp(app)
                .addAllAliases(message.aliases())
                .setUsersMax(USERS_MAX)
                .build();
        return savers.ask(SaverMethods.RESOLVE, request)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(new ProblemException(Problem.retryAfter(
                        ProblemCode.UNAVAILABLE,
                        RETRY_AFTER_SECONDS,
                        "The aliases could not be read; nothing was sent."))))
                .thenApply(response -> message.withUsers(together(message.users(), response)));
    }

    private static List<String> together(List<String> users, ResolveResponse behindAliases) {
        Set<String> all = new LinkedHashSet<>(users);
        all.addAll(behindAliases.getUsersList());
        if (behindAliases.getMore() || all.size() > USERS_MAX) {
            throw new ProblemException(Problem.field(
                    ProblemCode.TOO_MANY_USERS,
                    "to.aliases",
                    (behindAliases.getMore() ? "more than " + USERS_MAX : all.size())
                            + " users together with to.users (expected: at most " + USERS_MAX + ")"));
        }
        return List.copyOf(all);
    }
}
