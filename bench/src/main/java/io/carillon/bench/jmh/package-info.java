/** Runs the JMH benchmarks of all hot classes. */
@NullMarked
package io.carillon.bench.jmh;

import org.jspecify.annotations.NullMarked;
