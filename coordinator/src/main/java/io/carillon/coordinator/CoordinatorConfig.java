package io.carillon.coordinator;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;
import java.util.List;

/** What a coordinator is told beside the {@code node} section. */
public record CoordinatorConfig(
        @Doc("endpoints may be at private and loopback addresses; for tests and closed networks") @Default("false")
        boolean allowPrivateEndpoints,

        @Doc("connecting to an endpoint") @Default("5s") Duration connectTimeout,

        @Doc("one whole call to an endpoint") @Default("15s")
        Duration responseTimeout,

        @Doc("read of an endpoint's answer, which is ignored; the rest is cut off") @Default("16KiB")
        ByteSize responseBytesMax,

        @Doc("calls to one endpoint at the same time") @Default("16")
        int endpointCallsMax,

        @Doc("uplinks that wait for one endpoint; more are left to their leases") @Default("1000")
        int endpointWaitingMax,

        @Doc("uplinks taken from the queue and not settled yet") @Default("2000")
        int uplinksInHandMax,

        @Doc(
                "how long uplinks that were taken are this coordinator's; also the pause while an endpoint's circuit is open")
        @Default("25s")
        Duration uplinkLease,

        @Doc("between questions while the queue is empty; what this coordinator stored is taken at once") @Default("1s")
        Duration pollInterval,

        @Doc("uplinks on their way into the queue; more are refused, and the client comes again") @Default("10000")
        int uplinksStoringMax,

        @Doc("one call to a saver") @Default("5s") Duration storeTimeout,

        @Doc(
                "pauses after failed deliveries; empty: 5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h. Jitter adds up to a fifth")
        List<String> retryPauses) {
    public CoordinatorConfig {
        Durations.requirePositive("connect-timeout", connectTimeout);
        Durations.requirePositive("response-timeout", responseTimeout);
        Check.range("response-bytes-max", responseBytesMax, 0, 16 << 20);
        Check.range("endpoint-calls-max", endpointCallsMax, 1, 10_000);
        Check.range("endpoint-waiting-max", endpointWaitingMax, 1, 1_000_000);
        Check.range("uplinks-in-hand-max", uplinksInHandMax, 1, 1_000_000);
        Check.that(
                uplinkLease.compareTo(responseTimeout.plus(connectTimeout)) > 0,
                "uplink-lease",
                Durations.format(uplinkLease),
                "more than connect-timeout and response-timeout together");
        Durations.requirePositive("poll-interval", pollInterval);
        Check.range("uplinks-storing-max", uplinksStoringMax, 1, 1_000_000);
        Durations.requirePositive("store-timeout", storeTimeout);
        retryPauses = List.copyOf(retryPauses);
        for (String pause : retryPauses) {
            Durations.requirePositive("retry-pauses", Durations.parse(pause));
        }
    }
}
