/** Which login stands, which rooms are there, and of which buckets everything is known. Without I/O. */
@NullMarked
package io.carillon.register.session;

import org.jspecify.annotations.NullMarked;
