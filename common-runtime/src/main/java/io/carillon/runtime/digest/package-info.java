/** Hashes that nobody can choose. */
@NullMarked
package io.carillon.runtime.digest;

import org.jspecify.annotations.NullMarked;
