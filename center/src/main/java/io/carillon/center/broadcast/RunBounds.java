package io.carillon.center.broadcast;

import java.time.Duration;

/**
 * How a center runs broadcasts.
 *
 * @param interval from one tick to the next
 * @param lease how long a task is this center's own after a tick
 * @param callTimeout of one order to a room
 * @param tasksMax tasks held; what is beyond is left to other centers
 * @param ordersMax orders of one call to a room; more go with the next tick
 * @param orderBytesMax bytes of one call to a room; a larger order goes alone
 */
public record RunBounds(
        Duration interval, Duration lease, Duration callTimeout, int tasksMax, int ordersMax, long orderBytesMax) {}
