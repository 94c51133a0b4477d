/** Messages for later, until a center puts them. */
@NullMarked
package io.carillon.saver.schedule;

import org.jspecify.annotations.NullMarked;
