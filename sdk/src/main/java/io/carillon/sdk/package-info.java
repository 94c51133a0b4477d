/** The client library: one connection to a room for several apps, with everything that keeps it alive and each message delivered once. */
@NullMarked
package io.carillon.sdk;

import org.jspecify.annotations.NullMarked;
