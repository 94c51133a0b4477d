/** What rooms and dispatchers learn together of how long networks keep an idle connection. */
@NullMarked
package io.carillon.runtime.heartbeat;

import org.jspecify.annotations.NullMarked;
