package io.carillon.runtime.contract;

import java.time.Duration;

/** What center and saver both count on where they share an app's ceiling of deliveries a second. */
public final class DeliveryCeiling {
    /**
     * Part of the ceiling that centers have without asking, evenly: so that the first batch passes, and a center that
     * lost the stores is not shut. saver gives out the rest.
     */
    public static final double RESERVED = 0.02;

    /** How long a center counts on the share that it was told last. */
    public static final Duration KEPT = Duration.ofSeconds(60);

    private DeliveryCeiling() {}
}
