/** Broadcasts in this room: the lists of what lives, the walks over its bindings, and the rule of the cursor. */
@NullMarked
package io.carillon.room.broadcast;

import org.jspecify.annotations.NullMarked;
