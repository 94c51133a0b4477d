package io.carillon.center.http;

import java.time.Duration;

/**
 * What the API takes at a time.
 *
 * @param inFlightMax requests under way; more are answered 503 at once
 * @param inFlightBytesMax bodies of the requests under way; a request that would exceed it is answered 503 at once
 * @param bodyBytesMax of a request; more is answered 413
 * @param requestTimeout from the head of a request to its end; above all that it may wait for inside
 */
public record ApiBounds(int inFlightMax, long inFlightBytesMax, long bodyBytesMax, Duration requestTimeout) {}
