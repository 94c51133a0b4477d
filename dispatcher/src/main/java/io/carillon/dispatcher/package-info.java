/** Hands out lists of gateway addresses that fit a device and its network. */
@NullMarked
package io.carillon.dispatcher;

import org.jspecify.annotations.NullMarked;
