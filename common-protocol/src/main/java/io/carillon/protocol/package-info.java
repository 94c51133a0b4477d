/**
 * The client protocol: frame types, codes, and the codec of the frames that are laid out by hand.
 *
 * <p>{@code PROTOCOL.md} of this module is the specification; this package is its Java form, free of threads, I/O and
 * Netty, so that room and SDK share it.
 */
@NullMarked
package io.carillon.protocol;

import org.jspecify.annotations.NullMarked;
