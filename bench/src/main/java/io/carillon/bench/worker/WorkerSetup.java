package io.carillon.bench.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.carillon.bench.target.Target;
import io.carillon.bench.wire.TlsKind;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;

/** What a load process is told first. */
public record WorkerSetup(
        @Doc("the server") Target target,

        @Doc("number of the process, from 0") int worker,

        @Doc("number of the run") int run,

        @Doc("prefix of the users' names") String prefix,

        @Doc("the first device of the process, counted over all of them")
        int firstDevice,

        @Doc("devices of the process") int devices,

        @Doc("devices of the process that get broadcasts") int broadcastDevices,

        @Doc("threads of devices") @Default("1") int threads,

        @Doc("connections that log in at the same time") @Default("128")
        int loginsInFlight,

        @Doc("between two pings, ms; 0: none") @Default("0") long pingMs,

        @Doc("1: messages are acknowledged") @Default("1") int qos,

        @Doc("how devices log in over TLS") @Default("none") TlsKind tls) {
    public WorkerSetup {
        Check.range("qos", qos, 0, 1);
        Check.range("logins-in-flight", loginsInFlight, 1, 100_000);
        Check.range("threads", threads, 1, 64);
    }

    static WorkerSetup of(JsonNode json) {
        return ConfigLoader.parse(WorkerSetup.class, json.toString());
    }

    String user(int device) {
        return prefix + '-' + (firstDevice + device);
    }
}
