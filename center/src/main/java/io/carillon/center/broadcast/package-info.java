/** Broadcasts in center: taken from a business, counted before they are sent, and run room by room under leases. */
@NullMarked
package io.carillon.center.broadcast;

import org.jspecify.annotations.NullMarked;
