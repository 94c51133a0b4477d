/** The admin endpoint of a process: health, metrics, log levels. */
@NullMarked
package io.carillon.runtime.admin;

import org.jspecify.annotations.NullMarked;
