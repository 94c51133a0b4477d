/** The gateway: holds the devices' connections. */
@NullMarked
package io.carillon.room;

import org.jspecify.annotations.NullMarked;
