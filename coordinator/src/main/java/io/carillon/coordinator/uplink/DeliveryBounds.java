package io.carillon.coordinator.uplink;

import java.time.Duration;

/**
 * How uplinks are taken from the queue.
 *
 * @param inHandMax taken and not settled yet
 * @param lease how long they are this coordinator's
 * @param attempt the longest that one delivery takes
 * @param pollInterval between questions while the queue says that it is empty
 */
public record DeliveryBounds(int inHandMax, Duration lease, Duration attempt, Duration pollInterval) {}
