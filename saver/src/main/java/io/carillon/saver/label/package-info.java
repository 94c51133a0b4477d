/** Tags and aliases of users: kept in MySQL, and the tags in memory as loads need them. */
@NullMarked
package io.carillon.saver.label;

import org.jspecify.annotations.NullMarked;
