/** Who may come in, and how many at once: the rates, counts and lists at the door, and when to come again. */
@NullMarked
package io.carillon.room.admission;

import org.jspecify.annotations.NullMarked;
