/** Bans, as a room follows them from saver, refuses logins by them and ends the sessions they meet. */
@NullMarked
package io.carillon.room.ban;

import org.jspecify.annotations.NullMarked;
