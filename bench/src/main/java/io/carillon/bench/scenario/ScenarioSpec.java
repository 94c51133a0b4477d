package io.carillon.bench.scenario;

import io.carillon.bench.check.TestMessage;
import io.carillon.bench.wire.TlsKind;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a scenario does. Every key but {@code kind} has a default; a kind reads those that concern it. */
public record ScenarioSpec(
        @Doc("connect, idle, unicast, broadcast, uplink, storm, flap, slow-reader or mixed")
        Kind kind,

        @Doc("connections, all together") @Default("10000") int connections,

        @Doc("how long it is measured") @Default("20s") Duration time,

        @Doc("before that, for JIT compilers to settle") @Default("10s")
        Duration warmUp,

        @Doc("payload of a message") @Default("256") int bytes,

        @Doc("1: messages are acknowledged; 0: not") @Default("1")
        int qos,

        @Doc("messages a second to single devices, or uplinks; 0: as many as the number in flight allows") @Default("0")
        double rate,

        @Doc("messages to single devices that are under way at a time, where there is no rate") @Default("2000")
        int inFlight,

        @Doc("users that a request to a fleet names") @Default("1")
        int usersPerRequest,

        @Doc("broadcasts that are under way at a time") @Default("4")
        int outstanding,

        @Doc("broadcasts alone, one after another, before that") @Default("10")
        int single,

        @Doc("between two pings of a device; 0s: none") @Default("60s")
        Duration ping,

        @Doc("connections that log in at the same time") @Default("128")
        int loginsInFlight,

        @Doc("how often all connect anew") @Default("3") int rounds,

        @Doc("share of the devices that are cut (storm), come and go (flap), or don't read (slow-reader)")
        @Default("0.5")
        double share,

        @Doc("connections a second that come and go") @Default("200")
        double flapRate,

        @Doc("connections at which memory is looked at first, and then at all of them; 0: a third") @Default("0")
        int memoryFrom,

        @Doc("number of the first device; load machines that drive a fleet together have ranges of their own")
        @Default("0")
        int firstDevice,

        @Doc(
                "none: plain TCP; full: TLS 1.3, each login with a full handshake; resumed: who was connected before resumes")
        @Default("none")
        TlsKind tls) {
    /** What there is. */
    public enum Kind {
        CONNECT,
        IDLE,
        UNICAST,
        BROADCAST,
        UPLINK,
        STORM,
        FLAP,
        SLOW_READER,
        MIXED;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public ScenarioSpec {
        Check.range("connections", connections, 2, 1_000_000);
        Durations.requirePositive("time", time);
        Check.that(!warmUp.isNegative(), "warm-up", warmUp, "0s or more");
        Check.range("bytes", bytes, TestMessage.BYTES_MIN, 32_768);
        Check.range("qos", qos, 0, 1);
        Check.that(rate >= 0, "rate", rate, "0 or more");
        Check.range("in-flight", inFlight, 1, 1_000_000);
        Check.range("users-per-request", usersPerRequest, 1, Math.min(1_000, connections / 2));
        Check.range("outstanding", outstanding, 1, 32);
        Check.range("single", single, 0, 100_000);
        Check.that(!ping.isNegative(), "ping", ping, "0s or more");
        Check.range("logins-in-flight", loginsInFlight, 1, 100_000);
        Check.range("rounds", rounds, 1, 1_000);
        Check.that(share > 0 && share < 1, "share", share, "more than 0 and less than 1");
        Check.that(flapRate > 0, "flap-rate", flapRate, "more than 0");
        Check.that(
                memoryFrom >= 0 && memoryFrom < connections,
                "memory-from",
                memoryFrom,
                "less than connections, " + connections);
        Check.range("first-device", firstDevice, 0, 1_000_000_000);
        Check.that(
                tls != TlsKind.RESUMED || comesBack(kind),
                "tls",
                tls.word(),
                "none or full, since devices log in once in " + kind.word());
        memoryFrom = memoryFrom == 0 ? Math.max(1, connections / 3) : memoryFrom;
    }

    private static boolean comesBack(Kind kind) {
        return switch (kind) {
            case CONNECT, STORM, FLAP, MIXED -> true;
            case IDLE, UNICAST, BROADCAST, UPLINK, SLOW_READER -> false;
        };
    }

    double seconds() {
        return time.toNanos() / 1e9;
    }

    double warmUpSeconds() {
        return warmUp.toNanos() / 1e9;
    }

    /** With options that were given; null ones stay. */
    public ScenarioSpec with(Given given) {
        int count = given.connections == null ? connections : given.connections;
        return new ScenarioSpec(
                kind,
                count,
                given.time == null ? time : given.time,
                given.warmUp == null ? warmUp : given.warmUp,
                given.bytes == null ? bytes : given.bytes,
                given.qos == null ? qos : given.qos,
                given.rate == null ? rate : given.rate,
                given.inFlight == null ? inFlight : given.inFlight,
                given.usersPerRequest == null ? usersPerRequest : given.usersPerRequest,
                given.outstanding == null ? outstanding : given.outstanding,
                single,
                given.ping == null ? ping : given.ping,
                loginsInFlight,
                given.rounds == null ? rounds : given.rounds,
                given.share == null ? share : given.share,
                flapRate,
                count == connections ? memoryFrom : 0,
                given.firstDevice == null ? firstDevice : given.firstDevice,
                given.tls == null ? tls : given.tls);
    }

    /** Options on the command line. */
    public record Given(
            @Nullable Integer connections,
            @Nullable Duration time,
            @Nullable Duration warmUp,
            @Nullable Integer bytes,
            @Nullable Integer qos,
            @Nullable Double rate,
            @Nullable Integer inFlight,
            @Nullable Integer usersPerRequest,
            @Nullable Integer outstanding,
            @Nullable Duration ping,
            @Nullable Integer rounds,
            @Nullable Double share,
            @Nullable Integer firstDevice,
            @Nullable TlsKind tls) {}
}
