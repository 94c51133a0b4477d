/** Load processes: what runs in one, and how the coordinating process talks to it. */
@NullMarked
package io.carillon.bench.worker;

import org.jspecify.annotations.NullMarked;
