/** What the SDK keeps over restarts, and the two stores that it brings along. */
@NullMarked
package io.carillon.sdk.store;

import org.jspecify.annotations.NullMarked;
