/** What is done now and then: partitions ahead, old rows gone. */
@NullMarked
package io.carillon.saver.housekeeping;

import org.jspecify.annotations.NullMarked;
