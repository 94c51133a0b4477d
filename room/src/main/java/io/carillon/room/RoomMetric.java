package io.carillon.room;

import io.carillon.runtime.metrics.Metric;

/** What the room measures. */
public enum RoomMetric implements Metric {
    CONNECTIONS("carillon.room.connections", Kind.GAUGE, "connections", "open connections", ""),
    SESSIONS("carillon.room.sessions", Kind.GAUGE, "sessions", "bindings that are logged in", ""),
    OPENED("carillon.room.connections.opened", Kind.COUNTER, "connections", "connections accepted", ""),
    UNAUTHENTICATED(
            "carillon.room.connections.unauthenticated",
            Kind.GAUGE,
            "connections",
            "open connections that are not logged in yet",
            "stays near admission.unauthenticated-max: somebody connects and does not log in"),
    REFUSED(
            "carillon.room.connections.refused",
            Kind.COUNTER,
            "connections",
            "connections and logins refused, by reason: denied, full, address, prefix, unauthenticated, "
                    + "unauthenticated_of_address, handshake, upgrade, device, memory, backlog, login_rate",
            "full: add rooms; memory or backlog: the room can't bear more; the others: look at who comes"),
    TLS_HANDSHAKES(
            "carillon.room.tls.handshakes",
            Kind.COUNTER,
            "handshakes",
            "TLS handshakes that are over, by outcome: full, resumed, failed",
            "failed grows: clients that don't trust the certificate or are too slow, or somebody who speaks no TLS; "
                    + "resumed falls to nothing: clients lost their tickets, logins cost more"),
    BINDINGS_REFUSED(
            "carillon.room.bindings.refused",
            Kind.COUNTER,
            "bindings",
            "bindings that clients asked for and were refused, by reason: a code of the client protocol",
            "token_refused grows: an app signs with a key that is gone, or somebody guesses"),
    CLOSED(
            "carillon.room.connections.closed",
            Kind.COUNTER,
            "connections",
            "connections closed, by reason: a code of the client protocol, or how it ended without one",
            ""),
    LOGINS("carillon.room.logins", Kind.COUNTER, "logins", "connections that were answered CONNECTED", ""),
    FLICKERS(
            "carillon.room.flickers",
            Kind.COUNTER,
            "connections",
            "lost connections, by what became of their state: kept, not_kept, resumed, missed, refused, expired",
            "not_kept grows: more connections are lost at a time than flicker.kept-max"),
    FLICKERS_KEPT(
            "carillon.room.flickers.kept",
            Kind.GAUGE,
            "connections",
            "lost connections whose state is kept for their client",
            ""),
    PUSHES("carillon.room.pushes", Kind.COUNTER, "messages", "messages written to clients", ""),
    PUSH_BYTES("carillon.room.push.bytes", Kind.COUNTER, "bytes", "payload written to clients", ""),
    DELIVERIES(
            "carillon.room.deliveries",
            Kind.COUNTER,
            "messages",
            "deliveries brought by other processes, by outcome: written, later, no_session, dropped",
            ""),
    TAGS(
            "carillon.room.tags",
            Kind.COUNTER,
            "frames",
            "TAGS of clients, by outcome: changed, not_allowed, not_valid, refused, lost",
            "lost grows: saver or MySQL does not keep up or is not reachable"),
    LOADS_WAITING(
            "carillon.room.loads.waiting",
            Kind.GAUGE,
            "bindings",
            "mailboxes that are to be loaded and were not asked for yet",
            "stays above 1000: saver does not keep up or is not reachable"),
    ACKS_UNCONFIRMED(
            "carillon.room.acks.unconfirmed",
            Kind.GAUGE,
            "acks",
            "acks that saver has not confirmed",
            "keeps growing: saver does not keep up or is not reachable"),
    ACKS_DROPPED(
            "carillon.room.acks.dropped",
            Kind.GAUGE,
            "acks",
            "acks dropped at a bound since the start; their messages come again",
            "above 0: saver was away for long"),
    BANS("carillon.room.bans", Kind.GAUGE, "bans", "bans that this room refuses logins by", ""),
    BANS_DROPPED(
            "carillon.room.bans.dropped",
            Kind.GAUGE,
            "bans",
            "bans that found the list full and are not enforced here",
            "above 0: raise ban.max"),
    BANS_WAITING(
            "carillon.room.bans.waiting",
            Kind.GAUGE,
            "bans",
            "bans of kicks by filter that saver has not taken yet; their users are kicked when it has",
            "above 0 for long: saver or MySQL is away"),
    BROADCASTS_WALKED(
            "carillon.room.broadcasts.walked",
            Kind.GAUGE,
            "broadcasts",
            "broadcasts that this room is ordered to walk and is not through with",
            "stays at broadcast.runs-max: further ones wait"),
    BROADCASTS_WRITTEN(
            "carillon.room.broadcasts.written",
            Kind.COUNTER,
            "messages",
            "broadcasts written to clients, each for each",
            ""),
    BROADCASTS_PASSED_OVER(
            "carillon.room.broadcasts.passed_over",
            Kind.COUNTER,
            "bindings",
            "bindings that a broadcast passed over because they took nothing; they get it when they do",
            ""),
    BROADCAST_STEPS_DROPPED(
            "carillon.room.broadcasts.steps_dropped",
            Kind.COUNTER,
            "steps",
            "steps of sampled users that are missing in the ledger because too many waited for saver",
            "grows: saver does not answer, or ledger-one-in is too low for the rate"),
    BROADCASTS_CATCHING_UP(
            "carillon.room.broadcasts.catching_up",
            Kind.GAUGE,
            "bindings",
            "bindings that wait for their turn to be sent what they missed",
            "keeps growing: the room does not keep up with logins"),
    HEARTBEAT_GROUPS(
            "carillon.room.heartbeat.groups",
            Kind.GAUGE,
            "groups",
            "network kinds and prefixes for which a start value of the heartbeat is known",
            ""),
    HEARTBEAT_REPORTS(
            "carillon.room.heartbeat.reports",
            Kind.GAUGE,
            "reports",
            "intervals that clients settled at, since the start",
            ""),
    HEARTBEAT_UNPROVEN(
            "carillon.room.heartbeat.unproven",
            Kind.GAUGE,
            "reports",
            "intervals that clients claimed without having lived through them, since the start; not counted",
            "grows: somebody plays with the protocol"),
    REGISTRATION_BACKLOG(
            "carillon.room.registration.backlog",
            Kind.GAUGE,
            "sessions",
            "sessions that wait to be told to a register",
            "stays above 10000: logins are answered BUSY soon; register does not keep up or is not reachable");

    private final Description about;

    RoomMetric(String id, Kind kind, String unit, String description, String alarm) {
        about = new Description(id, kind, unit, description, alarm);
    }

    @Override
    public Description about() {
        return about;
    }
}
