/** The HTTP API as the command calls it. */
@NullMarked
package io.carillon.deploy.http;

import org.jspecify.annotations.NullMarked;
