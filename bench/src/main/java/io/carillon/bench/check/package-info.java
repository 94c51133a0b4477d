/** What a test message says of itself, and whether each came to the right device, once. */
@NullMarked
package io.carillon.bench.check;

import org.jspecify.annotations.NullMarked;
