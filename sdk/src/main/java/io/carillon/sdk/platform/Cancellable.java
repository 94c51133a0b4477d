package io.carillon.sdk.platform;

/** Something that was asked for and can be called off. Calling it twice does nothing more. */
public interface Cancellable {
    /** Calls it off. */
    void cancel();
}
