package io.carillon.dispatcher.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which pools of rooms serve an app. Thread-safe, and never blocks. */
public interface AppPools {
    /** At least one pool; null where there is no such app. */
    @Nullable
    List<String> pools(String app);

    /** False until the apps are known at all. */
    boolean known();
}
