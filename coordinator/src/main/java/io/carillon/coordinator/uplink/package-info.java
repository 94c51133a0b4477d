/** Uplinks between the queue behind saver and the endpoints: taken in, delivered in order, settled. */
@NullMarked
package io.carillon.coordinator.uplink;

import org.jspecify.annotations.NullMarked;
