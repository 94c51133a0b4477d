package io.carillon.deploy.traffic;

import io.carillon.sdk.Message;

/** What happens to devices. Called on the SDK's threads, for different users at the same time; must not block. */
public interface DeviceEvents {
    /** The room has taken the user: messages may come from now on. */
    default void connected(String user, String room) {}

    /** A message, a broadcast or, at its moment, a notice. Acknowledged when this returns; offered again later when it throws. */
    default void message(String user, Message message) {}

    default void disconnected(String user, String reason) {}

    /**
     * The binding ended for good; the SDK does not come back by itself.
     *
     * @param reason such as kicked, banned or replaced
     * @param text what the room or the business says, perhaps empty
     */
    default void kicked(String user, String reason, String text) {}
}
