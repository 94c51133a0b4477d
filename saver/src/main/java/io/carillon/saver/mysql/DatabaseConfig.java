package io.carillon.saver.mysql;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.time.Duration;

/** How saver reaches MySQL, or what speaks its protocol. */
public record DatabaseConfig(
        @Doc("jdbc:mysql:// address with the schema's name") @Default("jdbc:mysql://127.0.0.1:3306/carillon")
        String url,

        @Doc("User") @Default("carillon") String user,

        @Doc("Password; better given by the environment") @Default("")
        String password,

        @Doc("Connections; at least commit-lanes and 6 more") @Default("12")
        int connections,

        @Doc("Threads that commit puts, each with a connection of its own") @Default("2")
        int commitLanes,

        @Doc("Rows in one transaction of puts") @Default("200")
        int commitRowsMax,

        @Doc("Rows waiting in each commit lane (a power of two); beyond it MySQL counts as not taking the row")
        @Default("4096")
        int laneRowsMax,

        @Doc("How long to wait for a free connection before MySQL counts as away") @Default("1s")
        Duration connectionTimeout,

        @Doc("After this a statement or commit is given up; its outcome is unknown") @Default("3s")
        Duration commitTimeout,

        @Doc("How long a put waits for its commit before it is answered without") @Default("2s")
        Duration answerTimeout) {
    public DatabaseConfig {
        Check.that(url.startsWith("jdbc:"), "url", url, "jdbc:mysql://host:port/schema");
        Check.range("commit-lanes", commitLanes, 1, 32);
        Check.range("connections", connections, commitLanes + 6, 256);
        Check.range("commit-rows-max", commitRowsMax, 1, 2000);
        Check.range("lane-rows-max", laneRowsMax, 64, 1 << 20);
        Check.that(Integer.bitCount(laneRowsMax) == 1, "lane-rows-max", laneRowsMax, "a power of two");
        Check.range("connection-timeout", connectionTimeout.toMillis(), 250, 60_000);
        Check.range("commit-timeout", commitTimeout.toMillis(), 100, 60_000);
        Check.range("answer-timeout", answerTimeout.toMillis(), 50, 60_000);
    }

    @Override
    public String toString() {
        return "DatabaseConfig[url=" + url + ", user=" + user + "]";
    }
}
