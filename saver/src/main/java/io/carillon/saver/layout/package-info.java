/** What is stored in Redis in a form of its own, and how it is read back. */
@NullMarked
package io.carillon.saver.layout;

import org.jspecify.annotations.NullMarked;
