package io.carillon.coordinator;

import io.carillon.contract.UplinkFate;
import io.carillon.coordinator.uplink.UplinkListener;
import io.carillon.protocol.ProtocolCode;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** Counts what coordinator does. Thread-safe. */
final class CoordinatorMeters implements UplinkListener {
    private static final String FATE_PREFIX = "UPLINK_FATE_";

    private final MeterRegistry registry;

    CoordinatorMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void onReceived(int code) {
        ProtocolCode known = ProtocolCode.of(code);
        String label = known == null ? Integer.toString(code) : known.label();
        CoordinatorMetric.UPLINKS_RECEIVED.counter(registry, "code", label).increment();
    }

    @Override
    public void onSettled(UplinkFate fate) {
        String label = fate.name().substring(FATE_PREFIX.length()).toLowerCase(Locale.ROOT);
        CoordinatorMetric.UPLINKS_SETTLED.counter(registry, "fate", label).increment();
    }

    @Override
    public void onLeft() {
        CoordinatorMetric.UPLINKS_LEFT.counter(registry).increment();
    }
}
