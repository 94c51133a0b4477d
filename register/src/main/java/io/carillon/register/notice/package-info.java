/** Tells rooms which of their sessions were replaced by a newer login. */
@NullMarked
package io.carillon.register.notice;

import org.jspecify.annotations.NullMarked;
