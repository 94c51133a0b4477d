package io.carillon.coordinator;

import io.carillon.runtime.metrics.Metric;

/** The metrics of coordinator. */
public enum CoordinatorMetric implements Metric {
    UPLINKS_RECEIVED(
            "carillon.coordinator.uplinks.received",
            Kind.COUNTER,
            "uplinks",
            "Uplinks answered to rooms, by code of the client protocol (ok: stored)",
            "code unavailable over 0.1 % for 5 min: the queue behind saver is in trouble"),
    UPLINKS_SETTLED(
            "carillon.coordinator.uplinks.settled",
            Kind.COUNTER,
            "uplinks",
            "Uplinks taken from the queue, by what became of them (delivered, retry, dead, returned)",
            "fate dead at all: a business did not take an uplink in any attempt"),
    UPLINKS_LEFT(
            "carillon.coordinator.uplinks.left",
            Kind.COUNTER,
            "uplinks",
            "Uplinks left to their leases, since their endpoint's circuit is open or too many wait for it",
            "over some minutes: an endpoint is down or too slow"),
    UPLINKS_IN_HAND(
            "carillon.coordinator.uplinks.in_hand",
            Kind.GAUGE,
            "uplinks",
            "Uplinks taken and not settled yet",
            "near uplinks-in-hand-max: endpoints are slow, or there are too few coordinators");

    private final Description about;

    CoordinatorMetric(String id, Kind kind, String unit, String description, String alarm) {
        about = new Description(id, kind, unit, description, alarm);
    }

    @Override
    public Description about() {
        return about;
    }
}
