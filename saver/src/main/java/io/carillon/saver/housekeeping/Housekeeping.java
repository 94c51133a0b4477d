package io.carillon.saver.housekeeping;

import io.carillon.saver.broadcast.Broadcasts;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.FateTable;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.mysql.MessageTable;
import io.carillon.saver.presence.PresenceTable;
import io.carillon.saver.schedule.Schedule;
import io.carillon.saver.uplink.DeadLetters;
import io.carillon.saver.uplink.SupersededPresence;
import io.carillon.saver.uplink.UplinkTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tables small: partitions are made for the days ahead and dropped when everything in them has expired, and
 * what is remembered for a time is forgotten. Every saver tries at its start and every ten minutes; MySQL's lock lets one
 * of them do it.
 */
public final class Housekeeping implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
    private static final String LOCK = "carillon_housekeeping";
    private static final String PARTITION = "p_";
    /** The longest time to live is 28 days. */
    private static final int DAYS_AHEAD = 30;

    private static final long FATES_KEPT_MS = Duration.ofDays(7).toMillis();
    private static final long INTERVAL_S = 600;
    private static final long RETRY_S = 2;
    private static final int STATEMENT_TIMEOUT_MS = 60_000;

    private final Database database;
    private final DeadLetters letters;
    private final Broadcasts broadcasts;
    private final Schedule schedule;
    private final SupersededPresence presence;
    private final Clock clock;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("housekeeping").unstarted(this::run);
    private volatile boolean closed;

    public Housekeeping(
            Database database,
            DeadLetters letters,
            Broadcasts broadcasts,
            Schedule schedule,
            SupersededPresence presence,
            Clock clock) {
        this.database = database;
        this.letters = letters;
        this.broadcasts = broadcasts;
        this.schedule = schedule;
        this.presence = presence;
        this.clock = clock;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            long pauseS = RETRY_S;
            try {
                if (database.available()) {
                    keep();
                    pauseS = INTERVAL_S;
                }
            } catch (SQLException | RuntimeException e) {
                log.warn("housekeeping is tried again", e);
            }
            try {
                TimeUnit.SECONDS.sleep(pauseS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Does all that there is to do. */
    public void keep() throws SQLException {
        long nowMs = clock.millis();
        locked(connection -> {
            partitions(connection, MessageRow.day(nowMs));
            MessageTable.deleteEmptyStrays(connection, nowMs);
            return 0;
        });
        List<Database.Work<Integer>> steps = List.of(
                connection -> FateTable.deleteBefore(connection, nowMs - FATES_KEPT_MS),
                connection -> UplinkTable.forgetOldIds(connection, nowMs),
                connection -> PresenceTable.forgetOld(connection, nowMs),
                presence::drop,
                letters::buryOld,
                letters::dropOld,
                broadcasts::dropOld,
                schedule::dropOld);
        for (Database.Work<Integer> step : steps) {
            // A bounded number a transaction, and as many transactions as it takes: more may come in ten minutes than
            // one should hold locks on.
            while (!closed && locked(step) > 0) {}
        }
    }

    /** Runs a step, unless another saver is at it: then nothing is done, and 0 is returned. */
    private int locked(Database.Work<Integer> step) throws SQLException {
        return database.inTransaction(connection -> {
            connection.setNetworkTimeout(Runnable::run, STATEMENT_TIMEOUT_MS);
            if (number(connection, "SELECT GET_LOCK('" + LOCK + "', 0)") != 1) {
                return 0;
            }
            try {
                return step.on(connection);
            } finally {
                number(connection, "SELECT RELEASE_LOCK('" + LOCK + "')");
            }
        });
    }

    private static void partitions(Connection connection, int today) throws SQLException {
        List<Integer> days = days(connection);
        int from = days.isEmpty() ? today - 1 : days.getLast() + 1;
        List<String> fresh = new ArrayList<>();
        for (int day = from; day <= today + DAYS_AHEAD; day++) {
            fresh.add("PARTITION " + PARTITION + day + " VALUES LESS THAN (" + (day + 1) + ")");
        }
        if (!fresh.isEmpty()) {
            execute(
                    connection,
                    "ALTER TABLE message REORGANIZE PARTITION p_rest INTO (" + String.join(", ", fresh)
                            + ", PARTITION p_rest VALUES LESS THAN MAXVALUE)");
            log.info("partitions added count={}", fresh.size());
        }
        List<String> expired = days.stream()
                .filter(day -> day < today - 1)
                .map(day -> PARTITION + day)
                .toList();
        if (!expired.isEmpty()) {
            execute(connection, "ALTER TABLE message DROP PARTITION " + String.join(", ", expired));
            log.info("expired partitions dropped count={}", expired.size());
        }
    }

    private static List<Integer> days(Connection connection) throws SQLException {
        List<Integer> days = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT partition_name FROM information_schema.partitions WHERE table_schema = DATABASE()"
                                + " AND table_name = 'message' AND partition_name <> 'p_rest'"
                                + " ORDER BY partition_ordinal_position")) {
            while (result.next()) {
                days.add(Integer.parseInt(result.getString(1).substring(PARTITION.length())));
            }
        }
        return days;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
