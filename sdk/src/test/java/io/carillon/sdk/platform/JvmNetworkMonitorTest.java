package io.carillon.sdk.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JvmNetworkMonitorTest {
    private final ArrayDeque<Runnable> timers = new ArrayDeque<>();
    private final List<String> changes = new ArrayList<>();
    private String addresses = "192.0.2.1";

    private final Timers clock = new Timers() {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Cancellable schedule(Runnable task, long delayNs) {
            timers.add(task);
            return () -> timers.remove(task);
        }
    };

    @Test
    void tellsOfChangesAndOfNothingElse() {
        JvmNetworkMonitor monitor = new JvmNetworkMonitor(clock, () -> addresses);
        Cancellable listening =
                monitor.listen(() -> changes.add(monitor.current().toString()));
        String first = monitor.current().toString();
        timers.remove().run();
        assertThat(changes).isEmpty();
        addresses = "";
        timers.remove().run();
        assertThat(changes).containsExactly("none");
        addresses = "192.0.2.1";
        timers.remove().run();
        assertThat(changes).containsExactly("none", first);
        listening.cancel();
        addresses = "192.0.2.2";
        timers.remove().run();
        assertThat(changes).hasSize(2);
        assertThat(monitor.current().available()).isTrue();
        monitor.close();
        timers.remove().run();
        assertThat(timers).isEmpty();
    }

    @Test
    void looksAtThisMachine() {
        try (JvmNetworkMonitor monitor = new JvmNetworkMonitor(clock)) {
            assertThat(monitor.current()).isNotNull();
        }
    }
}
