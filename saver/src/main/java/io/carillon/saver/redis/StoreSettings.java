package io.carillon.saver.redis;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a node's INFO for settings under which it would lose messages. */
final class StoreSettings {
    private static final Logger log = LoggerFactory.getLogger(StoreSettings.class);

    private StoreSettings() {}

    static void check(String node, String info) {
        String policy = value(info, "maxmemory_policy");
        if (!policy.isEmpty() && !policy.toLowerCase(Locale.ROOT).equals("noeviction")) {
            throw new StoreSettingsException("redis " + node + ": maxmemory-policy: " + policy
                    + " (expected: noeviction, or messages vanish when memory is short)");
        }
        if (value(info, "aof_enabled").equals("0")) {
            log.warn(
                    "redis keeps no append-only file node={} appendonly=no; a restart leaves only what MySQL has",
                    node);
        }
    }

    private static String value(String info, String key) {
        for (String line : info.split("\r?\n", -1)) {
            if (line.startsWith(key + ":")) {
                return line.substring(key.length() + 1).trim();
            }
        }
        return "";
    }
}
