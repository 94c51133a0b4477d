/** A transport without sockets, inside a bare room's process: channels whose far end is a few bytes of a simulated client. */
@NullMarked
package io.carillon.bench.simulated;

import org.jspecify.annotations.NullMarked;
