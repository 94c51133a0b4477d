/** Devices as sockets: one connection each, in the protocol of the server that is measured. */
@NullMarked
package io.carillon.bench.wire;

import org.jspecify.annotations.NullMarked;
