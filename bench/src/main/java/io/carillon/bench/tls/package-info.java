/** What TLS costs a room with each engine. */
@NullMarked
package io.carillon.bench.tls;

import org.jspecify.annotations.NullMarked;
