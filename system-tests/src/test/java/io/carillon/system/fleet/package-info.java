/** Fleets of real processes, and what they have to do. */
@NullMarked
package io.carillon.system.fleet;

import org.jspecify.annotations.NullMarked;
