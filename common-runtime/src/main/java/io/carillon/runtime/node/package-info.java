/** A running process: its start and stop, its identity, and what every service is given. */
@NullMarked
package io.carillon.runtime.node;

import org.jspecify.annotations.NullMarked;
