/** The sending rule of a binding, and the batches between this room and saver: loads and acks. */
@NullMarked
package io.carillon.room.delivery;

import org.jspecify.annotations.NullMarked;
