/** The server that a run drives: a bare room, a fleet, the C server, an MQTT broker. */
@NullMarked
package io.carillon.bench.target;

import org.jspecify.annotations.NullMarked;
