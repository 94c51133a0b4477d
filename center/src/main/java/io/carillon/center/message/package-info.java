/** The life of a posted message in center: checked, named, stored, then routed. */
@NullMarked
package io.carillon.center.message;

import org.jspecify.annotations.NullMarked;
