/** Apps as center sees them: whose key a request carries, what the app may do, and how its row is changed. */
@NullMarked
package io.carillon.center.app;

import org.jspecify.annotations.NullMarked;
