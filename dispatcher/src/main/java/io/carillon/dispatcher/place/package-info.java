/** Where a client is, by its address and the operator's tables. */
@NullMarked
package io.carillon.dispatcher.place;

import org.jspecify.annotations.NullMarked;
