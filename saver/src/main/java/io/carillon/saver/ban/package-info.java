/** Bans: who may not log in for some time, kept in MySQL and handed to rooms as they change. */
@NullMarked
package io.carillon.saver.ban;

import org.jspecify.annotations.NullMarked;
