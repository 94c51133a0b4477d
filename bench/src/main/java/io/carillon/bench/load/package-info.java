/** Load at a rate that does not wait for answers, and what is measured of it. */
@NullMarked
package io.carillon.bench.load;

import org.jspecify.annotations.NullMarked;
