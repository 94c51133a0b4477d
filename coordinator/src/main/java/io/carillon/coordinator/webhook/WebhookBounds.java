package io.carillon.coordinator.webhook;

import java.time.Duration;

/**
 * What calls to endpoints may take.
 *
 * @param connectTimeout of the connection
 * @param responseTimeout of the whole exchange
 * @param responseBytesMax read of an answer; the rest is cut off
 * @param inFlightMax calls to one endpoint at the same time
 * @param waitingMax calls that wait for one endpoint; more are not attempted
 * @param privateAllowed private and loopback addresses may be called
 */
public record WebhookBounds(
        Duration connectTimeout,
        Duration responseTimeout,
        int responseBytesMax,
        int inFlightMax,
        int waitingMax,
        boolean privateAllowed) {}
