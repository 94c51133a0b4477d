/** How center reaches the other processes: which peer, and how often it may ask again. */
@NullMarked
package io.carillon.center.fleet;

import org.jspecify.annotations.NullMarked;
