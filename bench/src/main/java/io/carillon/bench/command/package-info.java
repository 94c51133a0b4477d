/** The command line of the load tool. */
@NullMarked
package io.carillon.bench.command;

import org.jspecify.annotations.NullMarked;
