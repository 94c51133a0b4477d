package io.carillon.room.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimingWheelTest {
    private final TimingWheel wheel = new TimingWheel(10, 16, 1000);
    private final List<Long> fired = new ArrayList<>();

    @Test
    void firesAtTheFirstAdvanceBehindTheDeadline() {
        wheel.add(1, 1025);

        wheel.advance(1024, fired::add);
        assertThat(fired).isEmpty();
        wheel.advance(1029, fired::add);
        assertThat(fired).isEmpty();
        wheel.advance(1030, fired::add);
        assertThat(fired).containsExactly(1L);
    }

    @Test
    void firesOnceWhatIsOverdue() {
        wheel.add(1, 0);

        wheel.advance(1010, fired::add);
        wheel.advance(5000, fired::add);

        assertThat(fired).containsExactly(1L);
    }

    @Test
    void firesEarlyWhatIsFurtherOffThanItIsWide() {
        wheel.add(1, 1_000_000);

        wheel.advance(1149, fired::add);
        assertThat(fired).isEmpty();
        wheel.advance(1150, fired::add);
        assertThat(fired).containsExactly(1L);
    }

    @Test
    void takesEntriesWhileItFires() {
        wheel.add(1, 1010);

        wheel.advance(1020, key -> {
            fired.add(key);
            if (key < 3) {
                wheel.add(key + 1, 1000);
            }
        });

        assertThat(fired).containsExactly(1L, 2L);
        wheel.advance(1030, fired::add);
        assertThat(fired).containsExactly(1L, 2L, 3L);
    }
}
