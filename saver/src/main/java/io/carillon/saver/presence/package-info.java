/** What was last reported of each user, and the events that follow from changes. */
@NullMarked
package io.carillon.saver.presence;

import org.jspecify.annotations.NullMarked;
