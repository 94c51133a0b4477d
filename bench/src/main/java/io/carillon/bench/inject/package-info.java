/** Who sends messages to devices, by way of the server that is measured. */
@NullMarked
package io.carillon.bench.inject;

import org.jspecify.annotations.NullMarked;
