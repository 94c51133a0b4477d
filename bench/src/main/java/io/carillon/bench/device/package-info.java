/** Devices for load: one object and one socket each, speaking the client protocol and nothing more than a run needs. */
@NullMarked
package io.carillon.bench.device;

import org.jspecify.annotations.NullMarked;
