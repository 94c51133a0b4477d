/** The scenarios of {@code carillon bench}, each a command of its own. */
@NullMarked
package io.carillon.bench.scenario;

import org.jspecify.annotations.NullMarked;
