/** One script over lists of operations, on a standalone Redis or a Cluster. */
@NullMarked
package io.carillon.saver.redis;

import org.jspecify.annotations.NullMarked;
