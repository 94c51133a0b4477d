package io.carillon.sdk;

import io.carillon.sdk.platform.Cancellable;
import org.jspecify.annotations.Nullable;

/** One timer that is set anew at will; a task that was on its way when it was is not run. Confined to its client's thread. */
final class Alarm {
    private final ClientPorts ports;
    private @Nullable Cancellable timer;
    private int generation;

    Alarm(ClientPorts ports) {
        this.ports = ports;
    }

    boolean isSet() {
        return timer != null;
    }

    void set(long delayMs, Runnable task) {
        cancel();
        int mine = generation;
        timer = ports.after(delayMs, () -> {
            if (mine == generation && timer != null) {
                timer = null;
                task.run();
            }
        });
    }

    void cancel() {
        generation++;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
