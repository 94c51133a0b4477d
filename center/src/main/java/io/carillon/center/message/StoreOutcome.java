package io.carillon.center.message;

import io.carillon.contract.PutResult;

/**
 * What is certain about an entry after the last attempt to store it.
 *
 * @param result saver's last word on it; the default instance where it never answered
 */
record StoreOutcome(Kind kind, PutResult result) {
    enum Kind {
        STORED,
        /** No attempt left for a store, or each was refused. */
        NOT_STORED,
        /** One attempt at least may have been executed. */
        UNKNOWN,
        /** The entry itself is impossible. */
        REJECTED
    }
}
