/** What all rooms' clients found out about idle connections, gathered and handed out. */
@NullMarked
package io.carillon.dispatcher.heartbeat;

import org.jspecify.annotations.NullMarked;
