/** The subcommands of {@code carillon}. */
@NullMarked
package io.carillon.deploy.command;

import org.jspecify.annotations.NullMarked;
