package io.carillon.center;

import io.carillon.runtime.metrics.Metric;

/** The metrics of center. */
public enum CenterMetric implements Metric {
    HTTP_REQUESTS(
            "carillon.center.http.requests",
            Kind.TIMER,
            "seconds",
            "Requests by route and HTTP status, from the head of the request to the end of the answer",
            "status 503 or 504 over 0.1 % for 5 min: messages are refused or their fate is unknown"),
    HTTP_IN_FLIGHT(
            "carillon.center.http.in_flight",
            Kind.GAUGE,
            "requests",
            "Requests under way",
            "near requests-in-flight-max: the stores are slow, or there are too few centers"),
    MESSAGES(
            "carillon.center.messages",
            Kind.COUNTER,
            "messages",
            "Messages answered, by status (stored, sent, scheduled, dropped, rejected, not_stored, unknown)",
            "status unknown or not_stored at all: a saver or a store is in trouble"),
    ROUTED(
            "carillon.center.routed",
            Kind.COUNTER,
            "messages",
            "What became of messages and hints that were routed; all but written and hinted wait for the due list, or with QoS 0 are dropped",
            "fate room_unreachable or no_session over 1 % for 5 min: routes are wrong or rooms are stuck"),
    ROUTE_REFUSED(
            "carillon.center.route.refused",
            Kind.COUNTER,
            "entries",
            "Lookups and deliveries that found no place before a peer and were left to the due list, by role",
            "any: a register or a room is slower than what is sent to it"),
    ROUTE_CALLS_FAILED(
            "carillon.center.route.calls.failed",
            Kind.COUNTER,
            "calls",
            "Lookups and delivers that ended without an answer, by role",
            ""),
    SCHEDULED(
            "carillon.center.scheduled",
            Kind.COUNTER,
            "messages",
            "Messages with a send_at when they were taken, by fate (stored, sent, dropped, rejected, expired, again)",
            "fate expired at all, or again for 5 min: nobody took them in time, or the stores refuse"),
    BROADCAST_TASKS(
            "carillon.center.broadcast.tasks",
            Kind.GAUGE,
            "tasks",
            "Runs of broadcasts in rooms that this center holds",
            "at broadcast-tasks-max: there are too few centers"),
    BROADCAST_TICKS_FAILED(
            "carillon.center.broadcast.ticks.failed",
            Kind.COUNTER,
            "ticks",
            "Ticks of the broadcast runner that no saver answered",
            "for 5 s on all centers: broadcasts do not move"),
    BROADCAST_ORDERS_FAILED(
            "carillon.center.broadcast.orders.failed",
            Kind.COUNTER,
            "calls",
            "Calls with orders that a room did not answer",
            "for 1 min: a room does not run its part of a broadcast");

    private final Description about;

    CenterMetric(String id, Kind kind, String unit, String description, String alarm) {
        about = new Description(id, kind, unit, description, alarm);
    }

    @Override
    public Description about() {
        return about;
    }
}
