package io.carillon.saver;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.saver.redis.RedisLink;
import io.carillon.saver.redis.StoreSettingsException;
import org.junit.jupiter.api.Test;

class StoreSettingsIT {
    @Test
    void refusesARedisThatWouldEvictMessages() {
        try (TestRedis redis = new TestRedis("maxmemory 100mb", "maxmemory-policy allkeys-lru")) {
            assertThatThrownBy(() -> RedisLink.open(SaverFixture.redis(false, redis.uri())))
                    .isInstanceOf(StoreSettingsException.class)
                    .hasMessage("redis " + redis.uri()
                            + ": maxmemory-policy: allkeys-lru (expected: noeviction, or messages vanish when memory"
                            + " is short)");
        }
    }
}
