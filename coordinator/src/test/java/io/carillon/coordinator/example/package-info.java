/** What a business writes to receive webhooks. */
@NullMarked
package io.carillon.coordinator.example;

import org.jspecify.annotations.NullMarked;
