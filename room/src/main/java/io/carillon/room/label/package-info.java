/** Clients that change their own tags. */
@NullMarked
package io.carillon.room.label;

import org.jspecify.annotations.NullMarked;
