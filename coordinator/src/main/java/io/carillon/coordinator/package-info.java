/** coordinator: takes what clients send upstream and brings it to the businesses. */
@NullMarked
package io.carillon.coordinator;

import org.jspecify.annotations.NullMarked;
