package io.carillon.saver;

import io.carillon.runtime.metrics.Metric;

/** What saver measures. */
public enum SaverMetric implements Metric {
    REDIS_UP(
            "carillon.saver.redis.up",
            Kind.GAUGE,
            "0 or 1",
            "Whether Redis is connected",
            "0 for more than 10 s: messages are accepted with MySQL's copy alone, and come late"),
    MYSQL_UP(
            "carillon.saver.mysql.up",
            Kind.GAUGE,
            "0 or 1",
            "Whether MySQL took the last transaction",
            "0 for more than 10 s: messages are accepted with Redis's copy alone"),
    OPERATIONS_WAITING(
            "carillon.saver.redis.operations.waiting",
            Kind.GAUGE,
            "operations",
            "Operations waiting for a script call; queue: put, other",
            "near queue-operations-max: Redis is too slow, and operations are about to be refused"),
    ROWS_WAITING(
            "carillon.saver.mysql.rows.waiting",
            Kind.GAUGE,
            "rows",
            "Rows waiting for their commit",
            "near lane-rows-max: MySQL is too slow"),
    ROWS_REJECTED(
            "carillon.saver.mysql.rows.rejected",
            Kind.GAUGE,
            "rows",
            "Rows since the start that MySQL refused by themselves, alone in a transaction, while it took others",
            "above 0: these messages have Redis's copy alone; the log's `rows not committed` says why"),
    FATES_DROPPED(
            "carillon.saver.fates.dropped",
            Kind.GAUGE,
            "messages",
            "Settled messages since the start whose fate was dropped at bucket-fates-max before MySQL knew of it",
            "above 0: MySQL is away for too long; rows outlive their messages, and a loss of Redis delivers them again"),
    LEDGER_DROPPED(
            "carillon.saver.ledger.dropped",
            Kind.GAUGE,
            "records",
            "Ledger records lost since the start because they came faster than they were written",
            ""),
    TAGS_UNKNOWN(
            "carillon.saver.tags.unknown",
            Kind.GAUGE,
            "users",
            "Users since the start whose tags could not be read for a load in time",
            "grows: MySQL is away or slow; broadcasts by tags wait for these users"),
    DEAD_LETTERS_DROPPED(
            "carillon.saver.dead.letters.dropped",
            Kind.GAUGE,
            "uplinks",
            "Dead letters dropped since the start; reason: count, age",
            "grows: uplinks are lost that nobody replayed"),
    RECEIPTS_DROPPED(
            "carillon.saver.receipts.dropped",
            Kind.GAUGE,
            "receipts",
            "Receipts dropped since the start because too many waited for their endpoint",
            "grows: an endpoint for receipts does not answer, or not fast enough"),
    PRESENCE_SUPERSEDED(
            "carillon.saver.presence.superseded",
            Kind.GAUGE,
            "events",
            "Presence events dropped since the start because a newer one of their user waits as well",
            "grows: an endpoint for presence does not answer; it is told of each user's last state when it does"),
    BROADCAST_READS(
            "carillon.saver.broadcast.lists.read",
            Kind.GAUGE,
            "lists",
            "Lists of an app's live broadcasts read from MySQL since the start",
            "grows much faster than broadcasts change: broadcast.lists-bytes-max is too small for the apps in use"),
    BROADCAST_BYTES(
            "carillon.saver.broadcast.lists.bytes",
            Kind.GAUGE,
            "bytes",
            "Lists of live broadcasts in memory",
            "near broadcast.lists-bytes-max: lists are dropped and read again"),
    SCHEDULED_DROPPED(
            "carillon.saver.scheduled.dropped",
            Kind.GAUGE,
            "requests",
            "Requests for later dropped since the start because no center could put them in schedule.keep",
            "above 0: messages are lost"),
    PUTS(
            "carillon.saver.puts",
            Kind.COUNTER,
            "messages",
            "Messages put; status: stored, not_stored, unknown, rejected",
            "not_stored or unknown at all: a store is in trouble"),
    LOADED("carillon.saver.loaded", Kind.COUNTER, "messages", "Messages that loads brought", ""),
    ACKS(
            "carillon.saver.acks",
            Kind.COUNTER,
            "users",
            "Users whose acks came; outcome: applied, again",
            "again grows: Redis is in trouble, and rooms repeat their acks");

    private final Description about;

    SaverMetric(String id, Kind kind, String unit, String description, String alarm) {
        about = new Description(id, kind, unit, description, alarm);
    }

    @Override
    public Description about() {
        return about;
    }
}
