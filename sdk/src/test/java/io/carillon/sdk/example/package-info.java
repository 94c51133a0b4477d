/** Examples that are compiled with everything else. */
@NullMarked
package io.carillon.sdk.example;

import org.jspecify.annotations.NullMarked;
