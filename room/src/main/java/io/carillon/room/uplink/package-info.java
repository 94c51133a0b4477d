/** What clients send upstream, gathered on its way to coordinator. */
@NullMarked
package io.carillon.room.uplink;

import org.jspecify.annotations.NullMarked;
