/** What saver's own work costs, without its stores. */
@NullMarked
package io.carillon.bench.saver;

import org.jspecify.annotations.NullMarked;
