/** Metrics with documented names, and what the RPC tells of itself. */
@NullMarked
package io.carillon.runtime.metrics;

import org.jspecify.annotations.NullMarked;
