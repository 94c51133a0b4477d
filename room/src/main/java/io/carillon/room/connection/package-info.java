/** Sockets: frames off and onto the wire, one object a connection, confined to its event loop. */
@NullMarked
package io.carillon.room.connection;

import org.jspecify.annotations.NullMarked;
