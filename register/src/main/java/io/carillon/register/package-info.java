/** The session store: who is on which room, in memory, filled by the rooms. */
@NullMarked
package io.carillon.register;

import org.jspecify.annotations.NullMarked;
