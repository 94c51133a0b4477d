/** From a user to a room: lookups and deliveries, gathered by peer. */
@NullMarked
package io.carillon.center.route;

import org.jspecify.annotations.NullMarked;
