/** The due list: what was not acknowledged is looked at again. */
@NullMarked
package io.carillon.saver.due;

import org.jspecify.annotations.NullMarked;
