package io.carillon.center;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import io.carillon.runtime.config.HostPort;
import java.time.Duration;

/** What a center is told beside the {@code node} section. */
public record CenterConfig(
        @Doc("where the HTTP API listens; port 0: the system chooses") @Default("127.0.0.1:8080")
        HostPort http,

        @Doc("base URL under which businesses reach the API; empty: made of `http`") @Default("")
        String httpAdvertised,

        @Doc("PEM file with the certificate chain of the HTTP API; empty: plain HTTP") @Default("")
        String tlsCertificate,

        @Doc("PEM file with the private key of the certificate") @Default("")
        String tlsKey,

        @Doc("bearer key of the routes under /admin, at least 16 characters; there is no default")
        String adminKey,

        @Doc("requests under way; more are answered 503 with Retry-After") @Default("1024")
        int requestsInFlightMax,

        @Doc("bodies of the requests under way; a request beyond it is answered 503 with Retry-After")
        @Default("128MiB")
        ByteSize requestBytesInFlightMax,

        @Doc("HTTP connections; more are closed at once") @Default("10000")
        int connectionsMax,

        @Doc("body of a request; more is answered 413") @Default("1MiB")
        ByteSize requestBytesMax,

        @Doc("from the head of a request to its end; a body that is not there by then is answered 408") @Default("30s")
        Duration requestTimeout,

        @Doc("all attempts to store the messages of a request; what is open then is answered unknown") @Default("5s")
        Duration storeDeadline,

        @Doc("one call to a saver") @Default("2s") Duration storeAttemptTimeout,

        @Doc("calls to savers for one message, the first included") @Default("4")
        int storeAttemptsMax,

        @Doc("messages of one call to a saver") @Default("1000")
        int storeCallMessagesMax,

        @Doc("bytes of one call to a saver") @Default("1MiB")
        ByteSize storeCallBytesMax,

        @Doc("calls to savers at the same time for one request") @Default("4")
        int storeCallsInFlightMax,

        @Doc("one lookup or deliver; what is not answered is left to the due list") @Default("2s")
        Duration routeTimeout,

        @Doc("how long an answer waits for the lookup to say who is online") @Default("20ms")
        Duration onlineWait,

        @Doc("entries of one lookup or deliver") @Default("2000")
        int routeCallEntriesMax,

        @Doc("bytes of one lookup or deliver") @Default("1MiB")
        ByteSize routeCallBytesMax,

        @Doc("entries that wait for the next call to one peer; more are left to the due list") @Default("20000")
        int routeWaitingEntriesMax,

        @Doc("bytes that wait for the next call to one peer; more are left to the due list") @Default("32MiB")
        ByteSize routeWaitingBytesMax,

        @Doc("how often a center asks which rooms it has to run broadcasts in; also how soon a pause reaches the rooms")
        @Default("250ms")
        Duration broadcastInterval,

        @Doc("how long a broadcast's run in a room stays with a center that is not heard of") @Default("3s")
        Duration broadcastLease,

        @Doc("runs of broadcasts in rooms that a center holds at a time; more are left to other centers")
        @Default("10000")
        int broadcastTasksMax,

        @Doc("how often a center asks for messages whose send_at has come") @Default("250ms")
        Duration scheduleInterval,

        @Doc("how long messages whose send_at has come stay with a center that is not heard of") @Default("15s")
        Duration scheduleLease) {
    private static final int ADMIN_KEY_CHARACTERS_MIN = 16;

    public CenterConfig {
        Check.that(
                adminKey.length() >= ADMIN_KEY_CHARACTERS_MIN,
                "admin-key",
                adminKey.length() + " characters",
                "at least " + ADMIN_KEY_CHARACTERS_MIN);
        Check.that(
                tlsCertificate.isEmpty() == tlsKey.isEmpty(),
                "tls-key",
                tlsKey.isEmpty() ? "none" : "given",
                "given together with tls-certificate, or neither");
        Check.range("requests-in-flight-max", requestsInFlightMax, 1, 1_000_000);
        Check.range("request-bytes-in-flight-max", requestBytesInFlightMax, 1 << 20, 64L << 30);
        Check.range("connections-max", connectionsMax, 1, 1_000_000);
        Check.range("request-bytes-max", requestBytesMax, 64 << 10, 64 << 20);
        Durations.requirePositive("request-timeout", requestTimeout);
        Durations.requirePositive("store-deadline", storeDeadline);
        Durations.requirePositive("store-attempt-timeout", storeAttemptTimeout);
        Check.that(
                storeDeadline.compareTo(storeAttemptTimeout) >= 0,
                "store-deadline",
                Durations.format(storeDeadline),
                "at least store-attempt-timeout");
        Check.that(
                requestTimeout.compareTo(storeDeadline.multipliedBy(2)) > 0,
                "request-timeout",
                Durations.format(requestTimeout),
                "more than twice store-deadline");
        Check.range("store-attempts-max", storeAttemptsMax, 1, 100);
        Check.range("store-call-messages-max", storeCallMessagesMax, 1, 100_000);
        Check.range("store-call-bytes-max", storeCallBytesMax, 64 << 10, 16 << 20);
        Check.range("store-calls-in-flight-max", storeCallsInFlightMax, 1, 1_000);
        Durations.requirePositive("route-timeout", routeTimeout);
        Check.that(!onlineWait.isNegative(), "online-wait", Durations.format(onlineWait), "not below 0");
        Check.range("route-call-entries-max", routeCallEntriesMax, 1, 100_000);
        Check.range("route-call-bytes-max", routeCallBytesMax, 64 << 10, 16 << 20);
        Check.range("route-waiting-entries-max", routeWaitingEntriesMax, 1, 10_000_000);
        Check.range("route-waiting-bytes-max", routeWaitingBytesMax, 64 << 10, 4L << 30);
        Durations.requirePositive("broadcast-interval", broadcastInterval);
        Check.that(
                broadcastLease.compareTo(broadcastInterval.multipliedBy(4)) >= 0,
                "broadcast-lease",
                Durations.format(broadcastLease),
                "at least four times broadcast-interval");
        Check.range("broadcast-tasks-max", broadcastTasksMax, 1, 1_000_000);
        Durations.requirePositive("schedule-interval", scheduleInterval);
        Check.that(
                scheduleLease.compareTo(storeDeadline.multipliedBy(2)) > 0,
                "schedule-lease",
                Durations.format(scheduleLease),
                "more than twice store-deadline");
    }

    boolean tls() {
        return !tlsCertificate.isEmpty();
    }
}
