/** Calls to the businesses' HTTP endpoints: signed, bounded, and never into our own network. */
@NullMarked
package io.carillon.coordinator.webhook;

import org.jspecify.annotations.NullMarked;
