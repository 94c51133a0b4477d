package io.carillon.runtime.heartbeat;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;

/** How much is remembered of what clients found, and how much of it is believed. */
public record LearningLimits(
        @Doc("network groups (kind and prefix) that are remembered; beyond it the least used is forgotten")
        @Default("65536")
        int groupsMax,

        @Doc("users of a group whose interval counts, the newest; one counts once") @Default("32")
        int usersMax,

        @Doc("users that a group needs before its clients are told a start value") @Default("8")
        int usersMin,

        @Doc(
                "so many percent of a group's users settled at no more than its start value; low, so that few liars do no harm")
        @Default("25")
        int percentile) {
    public LearningLimits {
        Check.range("groups-max", groupsMax, 1, 10_000_000);
        Check.range("users-max", usersMax, 1, 10_000);
        Check.range("users-min", usersMin, 1, usersMax);
        Check.range("percentile", percentile, 0, 100);
    }

    public static LearningLimits defaults() {
        return ConfigLoader.defaults(LearningLimits.class);
    }
}
