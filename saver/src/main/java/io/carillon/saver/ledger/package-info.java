/** What happened to a message: segment files, found by message id. */
@NullMarked
package io.carillon.saver.ledger;

import org.jspecify.annotations.NullMarked;
