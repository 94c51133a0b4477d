package io.carillon.dispatcher;

import io.carillon.dispatcher.http.RoomsRoute;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts lookups by outcome. */
final class LookupCounters implements RoomsRoute.LookupListener {
    private final MeterRegistry meters;
    private final Counter answered;

    LookupCounters(MeterRegistry meters) {
        this.meters = meters;
        answered = DispatcherMetric.LOOKUPS.counter(meters, "outcome", "answered");
    }

    @Override
    public void onAnswered(int addresses) {
        answered.increment();
    }

    @Override
    public void onRefused(String code) {
        DispatcherMetric.LOOKUPS.counter(meters, "outcome", code).increment();
    }
}
