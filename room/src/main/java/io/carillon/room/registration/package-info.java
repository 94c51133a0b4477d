/** Tells the registers which sessions this room holds, and proves to each that it was told all. */
@NullMarked
package io.carillon.room.registration;

import org.jspecify.annotations.NullMarked;
