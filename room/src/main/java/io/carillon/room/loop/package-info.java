/** The event loop as the room's state machines see it: where they run, its time, and one timing wheel. */
@NullMarked
package io.carillon.room.loop;

import org.jspecify.annotations.NullMarked;
