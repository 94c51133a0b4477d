/** The durable queue of what clients sent. */
@NullMarked
package io.carillon.saver.uplink;

import org.jspecify.annotations.NullMarked;
