/** Clients that are had to leave for other rooms: all of them (a drain) or some (a rebalance), kindly and at a rate. */
@NullMarked
package io.carillon.room.move;

import org.jspecify.annotations.NullMarked;
