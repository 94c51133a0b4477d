package io.carillon.saver.redis;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** How saver reaches Redis, and how much it asks of it at once. */
public record RedisConfig(
        @Doc("Redis, as redis://, rediss:// or redis-sentinel:// addresses; with `cluster` some nodes of it")
        @Default("redis://127.0.0.1:6379")
        List<String> uris,

        @Doc("The addresses belong to a Redis Cluster") @Default("false")
        boolean cluster,

        @Doc("After this a command's outcome is unknown") @Default("1s")
        Duration commandTimeout,

        @Doc("Script calls in flight for puts, and as many for everything else") @Default("2")
        int callsMax,

        @Doc("Operations in one script call: bounds how long Redis is held") @Default("256")
        int callOperationsMax,

        @Doc("Bytes in one script call") @Default("1MiB") ByteSize callBytesMax,

        @Doc("Operations waiting for a script call; beyond it they are refused") @Default("20000")
        int queueOperationsMax,

        @Doc("Bytes waiting for a script call; beyond it operations are refused") @Default("64MiB")
        ByteSize queueBytesMax,

        @Doc(
                "Messages of one bucket (of 4,096) that left their mailbox and wait for MySQL to delete their rows; beyond it the oldest are dropped and counted, and their rows stay until they expire")
        @Default("1000")
        int bucketFatesMax) {
    public RedisConfig {
        uris = List.copyOf(uris);
        Check.that(!uris.isEmpty(), "uris", "[]", "at least one address");
        Check.that(commandTimeout.isPositive(), "command-timeout", commandTimeout, "> 0");
        Check.range("calls-max", callsMax, 1, 64);
        Check.range("call-operations-max", callOperationsMax, 1, 4096);
        Check.range("call-bytes-max", callBytesMax, 64 << 10, 64 << 20);
        Check.range("queue-operations-max", queueOperationsMax, 1, 10_000_000);
        Check.range("queue-bytes-max", queueBytesMax, 1 << 20, 16L << 30);
        // Questions and the rebuild read a bucket's list at once.
        Check.range("bucket-fates-max", bucketFatesMax, 10, 10_000);
    }

    /** The addresses without what they hold of passwords, for logs and errors. */
    public String addresses() {
        return uris.stream().map(uri -> uri.replaceFirst("//[^@/]*@", "//")).collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return "RedisConfig[uris=" + addresses() + ", cluster=" + cluster + "]";
    }
}
