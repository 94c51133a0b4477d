package io.carillon.register;

import io.carillon.runtime.metrics.Metric;

/** What register measures. */
public enum RegisterMetric implements Metric {
    SESSIONS("carillon.register.sessions", Kind.GAUGE, "sessions", "Sessions held, users times bindings", ""),
    SESSION_BYTES("carillon.register.session.bytes", Kind.GAUGE, "bytes", "Bytes in the arrays that hold sessions", ""),
    WHOLE_BUCKETS(
            "carillon.register.buckets.whole",
            Kind.GAUGE,
            "buckets",
            "Buckets in which a miss means offline; over all registers about 4,096",
            "the sum over the registers stays below 4,096 for more than two minutes"),
    ROOMS("carillon.register.rooms", Kind.GAUGE, "rooms", "Rooms whose sessions count here", ""),
    REGISTRATIONS(
            "carillon.register.registrations",
            Kind.COUNTER,
            "registrations",
            "Logins reported by rooms; outcome: stands, superseded, refused",
            "refused grows: the store is full or a room's life is over"),
    UNREGISTRATIONS("carillon.register.unregistrations", Kind.COUNTER, "sessions", "Sessions that rooms took back", ""),
    REPLACED(
            "carillon.register.replaced",
            Kind.COUNTER,
            "sessions",
            "Standing sessions that a newer login replaced",
            ""),
    NOTICES_DROPPED(
            "carillon.register.notices.dropped",
            Kind.COUNTER,
            "notices",
            "Notices of a replaced session given up; the next digest repairs it",
            "grows steadily: a room does not answer"),
    LOOKUPS(
            "carillon.register.lookups",
            Kind.COUNTER,
            "users",
            "Users looked up; outcome: online, offline, unknown",
            ""),
    PRESENCE_USERS(
            "carillon.register.presence.users",
            Kind.GAUGE,
            "users",
            "Users whose coming or going is not reported yet, with those within the grace",
            "grows for minutes: no saver takes the reports"),
    RESENDS(
            "carillon.register.resends",
            Kind.COUNTER,
            "buckets",
            "Buckets that a room was asked to send again",
            "grows while no room or register started or stopped");

    private final Description about;

    RegisterMetric(String id, Kind kind, String unit, String description, String alarm) {
        about = new Description(id, kind, unit, description, alarm);
    }

    @Override
    public Description about() {
        return about;
    }
}
