/** Sockets: a few shared selector threads, TCP and TLS. */
@NullMarked
package io.carillon.sdk.link;

import org.jspecify.annotations.NullMarked;
