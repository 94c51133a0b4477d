/** The client protocol as a state machine without I/O: frames and events in, output commands out. */
@NullMarked
package io.carillon.room.session;

import org.jspecify.annotations.NullMarked;
