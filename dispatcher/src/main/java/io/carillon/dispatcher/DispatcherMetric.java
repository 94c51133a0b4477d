package io.carillon.dispatcher;

import io.carillon.runtime.metrics.Metric;

/** What dispatcher measures. */
public enum DispatcherMetric implements Metric {
    LOOKUPS(
            "carillon.dispatcher.lookups",
            Kind.COUNTER,
            "lookups",
            "Questions for rooms; outcome: answered, or the code of the refusal",
            "outcome no_rooms: clients can't connect; outcome not_ready for more than a minute"),
    ROOMS(
            "carillon.dispatcher.rooms",
            Kind.GAUGE,
            "rooms",
            "Rooms that are handed out",
            "0, or far below the number of rooms that run"),
    HEARTBEAT_GROUPS(
            "carillon.dispatcher.heartbeat.groups",
            Kind.GAUGE,
            "groups",
            "network kinds and prefixes for which a start value of the heartbeat is known",
            "");

    private final Description about;

    DispatcherMetric(String id, Kind kind, String unit, String description, String alarm) {
        about = new Description(id, kind, unit, description, alarm);
    }

    @Override
    public Description about() {
        return about;
    }
}
