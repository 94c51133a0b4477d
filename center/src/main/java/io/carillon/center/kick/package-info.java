/** Kicks: the end of a user's session, with or without a ban, and of many users' by filter. */
@NullMarked
package io.carillon.center.kick;

import org.jspecify.annotations.NullMarked;
