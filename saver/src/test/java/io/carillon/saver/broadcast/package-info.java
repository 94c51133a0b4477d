/** Tests of what needs no store. */
@NullMarked
package io.carillon.saver.broadcast;

import org.jspecify.annotations.NullMarked;
