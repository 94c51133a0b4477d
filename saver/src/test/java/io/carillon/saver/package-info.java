/** Saver against a real Redis and a real MariaDB. */
@NullMarked
package io.carillon.saver;

import org.jspecify.annotations.NullMarked;
