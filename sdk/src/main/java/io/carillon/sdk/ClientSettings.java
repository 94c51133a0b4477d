package io.carillon.sdk;

import io.carillon.sdk.platform.NetworkKind;

/** What a builder said, apart from the ports. */
final class ClientSettings {
    static final String SDK_VERSION = "carillon-java/0.1.0";

    final String deviceId;
    final int receiveWindow;
    final int uplinksMax;
    final boolean tlsOnly;
    final ConnectionListener connectionListener;

    ClientSettings(
            String deviceId,
            int receiveWindow,
            int uplinksMax,
            boolean tlsOnly,
            ConnectionListener connectionListener) {
        this.deviceId = deviceId;
        this.receiveWindow = receiveWindow;
        this.uplinksMax = uplinksMax;
        this.tlsOnly = tlsOnly;
        this.connectionListener = connectionListener;
    }

    static io.carillon.protocol.client.NetworkKind wire(NetworkKind kind) {
        switch (kind) {
            case WIFI:
                return io.carillon.protocol.client.NetworkKind.NETWORK_KIND_WIFI;
            case CELLULAR:
                return io.carillon.protocol.client.NetworkKind.NETWORK_KIND_CELLULAR;
            default:
                return io.carillon.protocol.client.NetworkKind.NETWORK_KIND_WIRED;
        }
    }
}
