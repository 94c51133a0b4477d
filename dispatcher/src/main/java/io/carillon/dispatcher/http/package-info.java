/** The HTTP side: parameters in, lists and problems out. */
@NullMarked
package io.carillon.dispatcher.http;

import org.jspecify.annotations.NullMarked;
