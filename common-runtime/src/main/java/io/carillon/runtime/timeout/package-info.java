/** Waits that end. */
@NullMarked
package io.carillon.runtime.timeout;

import org.jspecify.annotations.NullMarked;
