package io.carillon.bench.device;

import io.carillon.protocol.PushFrame;

/** What happens to devices. Called on event loops, for different devices at the same time; must not block. */
public interface DeviceEvents {
    /** CONNECTED came, and its binding was taken. */
    void connected(int device);

    /** A PUSH came; it is acknowledged behind this call. */
    void pushed(int device, PushFrame push, long atNs);

    /** The connection is over, or never came to be. */
    void lost(int device, String reason);
}
