package io.carillon.coordinator.uplink;

import io.carillon.contract.UplinkFate;

/** Counts what happens to uplinks. Any thread. */
public interface UplinkListener {
    /** An uplink was answered to its room with a code of the client protocol; 0: it is stored. */
    void onReceived(int code);

    /** A taken uplink was settled. */
    void onSettled(UplinkFate fate);

    /** A taken uplink was left to its lease: its endpoint takes nothing just now. */
    void onLeft();
}
