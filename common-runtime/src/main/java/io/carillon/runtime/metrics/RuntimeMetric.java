package io.carillon.runtime.metrics;

/** The metrics that every process has. */
public enum RuntimeMetric implements Metric {
    RPC_CALLS(
            "carillon.rpc.client.calls",
            Kind.TIMER,
            "seconds",
            "Calls made, by method and status (ok, or how they ended), with their duration",
            "status other than ok over 1 % of a method's calls for 5 min: the role that serves it is in trouble"),
    RPC_SERVED(
            "carillon.rpc.server.calls",
            Kind.TIMER,
            "seconds",
            "Calls served, by method and status, with their duration",
            "status failed at all: a bug or a broken dependency; see the log"),
    RPC_RECONNECTS(
            "carillon.rpc.client.reconnects", Kind.COUNTER, "connections", "Connections opened anew after a loss", ""),
    RPC_HELLO_REFUSED(
            "carillon.rpc.server.hello.refused",
            Kind.COUNTER,
            "connections",
            "Connections refused in the hello: wrong secret or version",
            "any: a process with another secret, or a stranger"),
    NETTY_DIRECT(
            "carillon.netty.direct.used",
            Kind.GAUGE,
            "bytes",
            "Direct memory that the network's buffers hold, in use or kept for the next",
            "near the JVM's MaxDirectMemorySize: connections are lost for want of buffers");

    private final Description about;

    RuntimeMetric(String id, Kind kind, String unit, String description, String alarm) {
        about = new Description(id, kind, unit, description, alarm);
    }

    @Override
    public Description about() {
        return about;
    }
}
