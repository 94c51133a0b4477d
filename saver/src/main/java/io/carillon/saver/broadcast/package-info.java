/** Broadcasts: their records, who runs them, and the lists that rooms serve logins from. */
@NullMarked
package io.carillon.saver.broadcast;

import org.jspecify.annotations.NullMarked;
