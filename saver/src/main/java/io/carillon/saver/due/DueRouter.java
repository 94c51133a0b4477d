package io.carillon.saver.due;

import io.carillon.contract.DueOutcome;
import io.carillon.contract.UserKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Hands users with pending messages to whoever knows how to reach them. */
@FunctionalInterface
public interface DueRouter {
    /** Never blocks. Outcomes in the order of the users; fails where nobody answered. */
    CompletableFuture<List<DueOutcome>> route(List<UserKey> users);
}
