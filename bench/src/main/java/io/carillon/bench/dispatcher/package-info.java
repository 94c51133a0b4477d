/** What a lookup costs: the choice alone, and over HTTP. */
@NullMarked
package io.carillon.bench.dispatcher;

import org.jspecify.annotations.NullMarked;
