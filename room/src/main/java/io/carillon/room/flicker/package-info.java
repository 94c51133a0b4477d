/** Connections that were lost a moment ago: their state is kept for the client that comes right back. */
@NullMarked
package io.carillon.room.flicker;

import org.jspecify.annotations.NullMarked;
