package io.carillon.room.login;

import io.carillon.contract.App;
import org.jspecify.annotations.Nullable;

/** The apps with their keys, as last heard. Thread-safe, never blocks. */
public interface AppKeys {
    /** Null where the app is not known. */
    @Nullable
    App app(String id);

    /** Grows with every change; what was verified under another version is verified again. */
    long version();
}
