/** Which buckets this saver looks after. */
@NullMarked
package io.carillon.saver.bucket;

import org.jspecify.annotations.NullMarked;
