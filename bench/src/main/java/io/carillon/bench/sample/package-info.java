/** What a server costs while it is driven, as the kernel and its JVM tell it. */
@NullMarked
package io.carillon.bench.sample;

import org.jspecify.annotations.NullMarked;
