package io.carillon.room.registration;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** The bounds of what registers are told. */
public record RegistrationLimits(
        @Doc("sessions in one request") @Default("1000") int entriesMax,

        @Doc("sessions a second that one register is sent again") @Default("50000")
        int resendPerSecond,

        @Doc("the longest between two bitmaps to a register") @Default("10s")
        Duration wholenessInterval,

        @Doc("how long changes gather before a bitmap tells them") @Default("50ms")
        Duration wholenessGather,

        @Doc("of every call to a register, and of the question for pending users; then it is repeated") @Default("3s")
        Duration callTimeout,

        @Doc("upper bound of the first wait after a failure") @Default("50ms")
        Duration retryFirst,

        @Doc("where that bound stops doubling") @Default("2s")
        Duration retryMax,

        @Doc(
                "ended sessions that wait for one register; beyond it the oldest are dropped, and the digest of their bucket makes the register ask for it again")
        @Default("100000")
        int goneMax,

        @Doc("how long it is remembered that a user left, for a register that takes his bucket over") @Default("60s")
        Duration departuresKept,

        @Doc("users of whom that is remembered; beyond it the first are forgotten") @Default("20000")
        int departuresMax) {
    public RegistrationLimits {
        Durations.requirePositive("wholeness-interval", wholenessInterval);
        Durations.requirePositive("wholeness-gather", wholenessGather);
        Durations.requirePositive("call-timeout", callTimeout);
        Durations.requirePositive("retry-first", retryFirst);
        Durations.requirePositive("retry-max", retryMax);
        Check.range("entries-max", entriesMax, 1, 100_000);
        Check.range("resend-per-second", resendPerSecond, 1, 10_000_000);
        Check.range("gone-max", goneMax, 1, 100_000_000);
        Durations.requirePositive("departures-kept", departuresKept);
        Check.range("departures-max", departuresMax, 1, 100_000);
    }

    public static RegistrationLimits defaults() {
        return ConfigLoader.defaults(RegistrationLimits.class);
    }
}
