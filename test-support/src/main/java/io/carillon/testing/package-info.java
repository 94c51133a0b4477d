/** What the tests of all modules share. */
@NullMarked
package io.carillon.testing;

import org.jspecify.annotations.NullMarked;
