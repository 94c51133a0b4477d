/** center: the HTTP API for the businesses, and the place that knows how to route. */
@NullMarked
package io.carillon.center;

import org.jspecify.annotations.NullMarked;
