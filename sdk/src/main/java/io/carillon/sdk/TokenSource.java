package io.carillon.sdk;

/** Gives the token that proves who the user is, usually by asking the app's own server. Thread-safe. */
@FunctionalInterface
public interface TokenSource {
    /**
     * A token for this user of this app, a JWT. Called on a background thread of the SDK, where it may wait; called again
     * only when the room refused the last one, at most three times an hour.
     *
     * @throws Exception where there is none just now; asked again after a wait
     */
    String token(String app, String user) throws Exception;

    /** Always the same one. */
    static TokenSource fixed(String token) {
        return (app, user) -> token;
    }
}
