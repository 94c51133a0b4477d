/** The command's entry point. */
@NullMarked
package io.carillon.deploy;

import org.jspecify.annotations.NullMarked;
