package io.carillon.coordinator.webhook;

/**
 * How a call to an endpoint ended.
 *
 * @param detail for people; never empty unless delivered
 */
public record WebhookOutcome(Kind kind, String detail) {
    static final WebhookOutcome DELIVERED = new WebhookOutcome(Kind.DELIVERED, "");

    /** What follows from it. */
    public enum Kind {
        /** 2xx. */
        DELIVERED,
        /** Another status, a time-out, no connection, an address that is not allowed. */
        FAILED,
        /** 410, now or before: the endpoint wants nothing any more. */
        GONE,
        /** Not attempted: the endpoint's circuit is open, or the turn came too late. */
        NOT_ATTEMPTED,
        /** Not attempted: too much waits for the endpoint just now. */
        BUSY
    }

    /** Too much waits for the endpoint. */
    public static final WebhookOutcome BUSY = new WebhookOutcome(Kind.BUSY, "too many calls wait for the endpoint");

    static WebhookOutcome failed(String detail) {
        return new WebhookOutcome(Kind.FAILED, detail);
    }
}
