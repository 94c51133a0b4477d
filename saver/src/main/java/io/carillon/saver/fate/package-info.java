/** What left a mailbox, settled in batches. */
@NullMarked
package io.carillon.saver.fate;

import org.jspecify.annotations.NullMarked;
