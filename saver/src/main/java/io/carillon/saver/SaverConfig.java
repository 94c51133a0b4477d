package io.carillon.saver;

import io.carillon.saver.broadcast.BroadcastConfig;
import io.carillon.saver.ledger.LedgerConfig;
import io.carillon.saver.mysql.DatabaseConfig;
import io.carillon.saver.redis.MailboxLimits;
import io.carillon.saver.redis.RedisConfig;
import io.carillon.saver.schedule.ScheduleConfig;
import io.carillon.saver.uplink.DeadLetterConfig;
import io.carillon.saver.uplink.UplinkConfig;

/** What a saver can be told. */
public record SaverConfig(
        RedisConfig redis,
        DatabaseConfig mysql,
        MailboxLimits mailbox,
        LedgerConfig ledger,
        DeadLetterConfig deadLetters,
        BroadcastConfig broadcast,
        ScheduleConfig schedule,
        UplinkConfig uplinks) {}
