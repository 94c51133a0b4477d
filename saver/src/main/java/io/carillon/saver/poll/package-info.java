/** Questions that wait for something new. */
@NullMarked
package io.carillon.saver.poll;

import org.jspecify.annotations.NullMarked;
