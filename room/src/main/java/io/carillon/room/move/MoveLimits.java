package io.carillon.room.move;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** How fast, and how patiently, clients are had to leave for other rooms. */
public record MoveLimits(
        @Doc("a drain: from the word to discovery to the first GO_AWAY; the dispatcher hands the room out no more then")
        @Default("2s")
        Duration announceTime,

        @Doc("all of a room's clients are asked to leave within about so long, as far as rate-min and rate-max let")
        @Default("120s")
        Duration spreadOver,

        @Doc("clients that are asked to leave a second, at least") @Default("50")
        int rateMin,

        @Doc("clients that are asked to leave a second, at most") @Default("500")
        int rateMax,

        @Doc("a client that is asked to leave waits a random part of it first") @Default("2s")
        Duration delayMax,

        @Doc("from GO_AWAY on; a client that is there then is closed") @Default("15s")
        Duration closeAfter,

        @Doc("a drain ends after so long, whoever is left; supervisors have to wait longer before they kill")
        @Default("180s")
        Duration drainLimit,

        @Doc("SIGTERM drains first; otherwise it ends the connections at once") @Default("false")
        boolean drainOnStop) {
    public MoveLimits {
        Check.that(!announceTime.isNegative(), "announce-time", Durations.format(announceTime), "0s or more");
        Durations.requirePositive("spread-over", spreadOver);
        Check.range("rate-min", rateMin, 1, 1_000_000);
        Check.range("rate-max", rateMax, rateMin, 1_000_000);
        Check.that(!delayMax.isNegative(), "delay-max", Durations.format(delayMax), "0s or more");
        Check.that(
                closeAfter.compareTo(delayMax) > 0,
                "close-after",
                Durations.format(closeAfter),
                "longer than delay-max, since a client does not leave before");
        Durations.requirePositive("drain-limit", drainLimit);
    }

    public static MoveLimits defaults() {
        return ConfigLoader.defaults(MoveLimits.class);
    }

    /** How many of {@code connections} are asked to leave a second. */
    int ratePerSecond(long connections) {
        return Math.clamp(connections / Math.max(1, spreadOver.toSeconds()), rateMin, rateMax);
    }
}
