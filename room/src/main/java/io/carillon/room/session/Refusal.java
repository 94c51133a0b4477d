package io.carillon.room.session;

/**
 * What BUSY says.
 *
 * @param retryAfterMs at least 1
 */
public record Refusal(String text, int retryAfterMs) {}
