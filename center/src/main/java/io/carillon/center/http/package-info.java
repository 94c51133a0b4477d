/** The HTTP API: routes, access, JSON in and out, problems. */
@NullMarked
package io.carillon.center.http;

import org.jspecify.annotations.NullMarked;
