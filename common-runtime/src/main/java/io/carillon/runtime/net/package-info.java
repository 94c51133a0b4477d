/** Addresses and networks as people write them. */
@NullMarked
package io.carillon.runtime.net;

import org.jspecify.annotations.NullMarked;
