package io.carillon.center.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.center.message.PostedNotice;
import io.carillon.contract.Audience;
import org.jspecify.annotations.Nullable;

/**
 * A broadcast as a business posted it, checked whole.
 *
 * @param payload empty where there is a notice
 * @param notice null where there is a payload
 * @param ttlMs from its start, milliseconds
 * @param ratePerSecond deliveries over the whole cluster; 0: no bound
 * @param sendAtMs milliseconds since 1970; 0: now
 * @param parallel it does not wait for the app's others
 */
public record PostedBroadcast(
        Audience audience,
        ByteString payload,
        @Nullable PostedNotice notice,
        long ttlMs,
        int ratePerSecond,
        long sendAtMs,
        boolean parallel) {}
