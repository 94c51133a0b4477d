/** What the room learns of how long its clients' networks keep an idle connection. */
@NullMarked
package io.carillon.room.heartbeat;

import org.jspecify.annotations.NullMarked;
