package io.carillon.sdk.route;

import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.link.RoomAddress;
import java.util.List;

/** Finds the IP addresses of rooms. */
public interface AddressResolver {
    /** Told the outcome, on any thread, once. */
    interface Answer {
        /** In the order of the rooms; one without an IP address is left out. */
        void onAnswer(List<Endpoint> endpoints);
    }

    /** Looks them up, without waiting. */
    void resolve(List<RoomAddress> rooms, Answer answer);
}
