/** What stands in for the other services when a room runs alone, to be measured or tried out. */
@NullMarked
package io.carillon.room.bare;

import org.jspecify.annotations.NullMarked;
