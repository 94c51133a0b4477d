/** The load tool's command. */
@NullMarked
package io.carillon.bench;

import org.jspecify.annotations.NullMarked;
