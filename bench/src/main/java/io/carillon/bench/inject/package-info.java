/** The business: who sends messages to devices by way of the server that is measured, and what is told to it. */
@NullMarked
package io.carillon.bench.inject;

import org.jspecify.annotations.NullMarked;
