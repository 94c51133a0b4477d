/** Which addresses a device gets, and in which order. Without I/O. */
@NullMarked
package io.carillon.dispatcher.choice;

import org.jspecify.annotations.NullMarked;
