/** Idempotency keys: one record a request. */
@NullMarked
package io.carillon.saver.idempotency;

import org.jspecify.annotations.NullMarked;
