/** Who is there: announcing oneself, and following the processes of a role. */
@NullMarked
package io.carillon.runtime.discovery;

import org.jspecify.annotations.NullMarked;
