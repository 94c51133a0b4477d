/** Where the room listens: addresses, TLS, PROXY protocol. */
@NullMarked
package io.carillon.room.listener;

import org.jspecify.annotations.NullMarked;
