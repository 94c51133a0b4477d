/** The unit of sharding: buckets, and who owns one. */
@NullMarked
package io.carillon.runtime.bucket;

import org.jspecify.annotations.NullMarked;
