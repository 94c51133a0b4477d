package io.carillon.sdk.route;

import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.NetworkState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks for rooms. */
public interface RoomLookup {
    /** Told the answer, on any thread. */
    interface Answer {
        /** {@code list} is null when nobody answered. */
        void onAnswer(@Nullable RoomList list);
    }

    /**
     * Asks, without waiting.
     *
     * @param app whose rooms are wanted
     * @param tried the addresses that all failed
     */
    void find(String app, NetworkState network, List<RoomAddress> tried, Answer answer);
}
