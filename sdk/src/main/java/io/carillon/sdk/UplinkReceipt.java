package io.carillon.sdk;

/** The room's word that an uplink is durably queued for the business. Immutable. */
public final class UplinkReceipt {
    private final String id;
    private final int attempts;

    UplinkReceipt(String id, int attempts) {
        this.id = id;
        this.attempts = attempts;
    }

    /** The client's id of the uplink, which the business sees too. */
    public String id() {
        return id;
    }

    /** How often it was sent; the business gets it once. */
    public int attempts() {
        return attempts;
    }
}
