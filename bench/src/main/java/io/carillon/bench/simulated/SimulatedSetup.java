package io.carillon.bench.simulated;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Doc;

/** What the room's process is told of its simulated devices. */
record SimulatedSetup(
        @Doc("devices") int devices,

        @Doc("number of the run") int run,

        @Doc("the app") String app,

        @Doc("the kid of tokens") String keyId,

        @Doc("the secret that signs tokens") String clientSecret,

        @Doc("the file of connection ids") String handles,

        @Doc("between two pings of a device, s") int pingSeconds,

        @Doc("connections that log in at the same time") int loginsInFlight) {
    static final int DEVICES_MAX = 2_000_000;

    SimulatedSetup {
        Check.range("devices", devices, 1, DEVICES_MAX);
        Check.range("ping-seconds", pingSeconds, 1, 3_600);
        Check.range("logins-in-flight", loginsInFlight, 1, 100_000);
    }

    static SimulatedSetup of(String json) {
        return ConfigLoader.parse(SimulatedSetup.class, json);
    }

    /** The same in the room's process and in the load tool's. */
    static String user(int run, int device) {
        return "s" + Integer.toUnsignedString(run, 36) + '-' + device;
    }
}
