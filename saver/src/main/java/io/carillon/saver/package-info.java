/** The storage layer: what is pending in Redis, where it lands in MySQL, and the care of both. */
@NullMarked
package io.carillon.saver;

import org.jspecify.annotations.NullMarked;
