package io.carillon.saver.schedule;

import com.google.protobuf.ByteString;

/**
 * One user's message of a request for later.
 *
 * @param taken a center has taken it to post it: it can be taken back only where it is then
 */
public record ScheduledMessage(
        ByteString messageId, ByteString requestId, String app, String user, long sendAtMs, boolean taken) {}
