/** Orders to rooms that have clients leave for other rooms: drains and rebalances. */
@NullMarked
package io.carillon.center.move;

import org.jspecify.annotations.NullMarked;
