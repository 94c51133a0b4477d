/** Buckets that Redis lost or may have lost, put again from MySQL. */
@NullMarked
package io.carillon.saver.rebuild;

import org.jspecify.annotations.NullMarked;
