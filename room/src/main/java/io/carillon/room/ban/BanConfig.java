package io.carillon.room.ban;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;

/** Bounds of what a room knows of bans. */
public record BanConfig(
        @Doc("bans that are held in memory, about 60 bytes each; further ones are not enforced here, and counted")
        @Default("1000000")
        int max) {
    public BanConfig {
        Check.range("max", max, 1, 100_000_000);
    }
}
