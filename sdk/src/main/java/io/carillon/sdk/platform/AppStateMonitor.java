package io.carillon.sdk.platform;

/** Tells what the app is doing. Implementations are thread-safe. */
public interface AppStateMonitor {
    /** The state of now. Returns at once. */
    AppState current();

    /** Calls {@code onChange} after every change, on any thread, until the answer is cancelled. */
    Cancellable listen(Runnable onChange);

    /** One state for ever: what a program without a screen has. */
    static AppStateMonitor always(AppState state) {
        return new AppStateMonitor() {
            @Override
            public AppState current() {
                return state;
            }

            @Override
            public Cancellable listen(Runnable onChange) {
                return () -> {};
            }
        };
    }
}
