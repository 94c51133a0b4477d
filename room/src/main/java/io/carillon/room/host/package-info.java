/** The machine under the room. */
@NullMarked
package io.carillon.room.host;

import org.jspecify.annotations.NullMarked;
