package io.carillon.center.http;

/** Who may call a route. */
enum Access {
    /** Anybody who reaches the listener. */
    OPEN,
    /** An app, by its API key. */
    APP,
    /** The operator, by the admin key. */
    ADMIN
}
