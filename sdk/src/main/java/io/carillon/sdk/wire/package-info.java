/** Frames as the SDK reads and writes them, free of sockets. */
@NullMarked
package io.carillon.sdk.wire;

import org.jspecify.annotations.NullMarked;
