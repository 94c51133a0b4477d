package io.carillon.register;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The counters that requests move. */
final class RegisterCounters {
    final Counter registered;
    final Counter superseded;
    final Counter refused;
    final Counter unregistered;
    final Counter online;
    final Counter offline;
    final Counter unknown;
    final Counter resend;

    RegisterCounters(MeterRegistry meters) {
        registered = RegisterMetric.REGISTRATIONS.counter(meters, "outcome", "stands");
        superseded = RegisterMetric.REGISTRATIONS.counter(meters, "outcome", "superseded");
        refused = RegisterMetric.REGISTRATIONS.counter(meters, "outcome", "refused");
        unregistered = RegisterMetric.UNREGISTRATIONS.counter(meters);
        online = RegisterMetric.LOOKUPS.counter(meters, "outcome", "online");
        offline = RegisterMetric.LOOKUPS.counter(meters, "outcome", "offline");
        unknown = RegisterMetric.LOOKUPS.counter(meters, "outcome", "unknown");
        resend = RegisterMetric.RESENDS.counter(meters);
    }
}
