package io.carillon.register;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** What register can be told. */
public record RegisterConfig(
        @Doc("sessions held at most, about 100 bytes each; beyond them the logins of new users are refused,"
                + " and rooms report them again later")
        @Default("20000000")
        int sessionsMax,

        @Doc("reports of rooms that wait to be compared at most; beyond them a room is told that we are overloaded")
        @Default("1024")
        int reportsWaitingMax,

        @Doc("how long a room may take to answer a notice of replaced sessions before it is sent again") @Default("5s")
        Duration noticeTimeout,

        @Doc("a user is reported offline when he has had no session for so long; a shorter absence is not reported")
        @Default("15s")
        Duration presenceGrace,

        @Doc("users at most whose coming or going is not reported yet; beyond them a bucket is compared again later")
        @Default("1000000")
        int presenceUsersMax) {
    public RegisterConfig {
        Check.range("sessions-max", sessionsMax, 1, 1_000_000_000);
        Check.range("reports-waiting-max", reportsWaitingMax, 1, 1_000_000);
        Durations.requirePositive("notice-timeout", noticeTimeout);
        Durations.requirePositive("presence-grace", presenceGrace);
        Check.range("presence-users-max", presenceUsersMax, 1, 100_000_000);
    }
}
