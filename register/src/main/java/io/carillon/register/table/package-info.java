/** The compact storage of sessions: one open-addressed table a bucket, records as bytes. */
@NullMarked
package io.carillon.register.table;

import org.jspecify.annotations.NullMarked;
