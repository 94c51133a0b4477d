package io.carillon.room.login;

import org.jspecify.annotations.Nullable;

/** Who may not log in just now. Thread-safe, asks nobody. */
@FunctionalInterface
public interface Bans {
    /** Why the user is banned, for the client, perhaps empty; null: it is not. */
    @Nullable
    String reason(String app, String user);
}
