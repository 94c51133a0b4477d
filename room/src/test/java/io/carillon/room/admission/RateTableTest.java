package io.carillon.room.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateTableTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void givesABurstAndThenTheRate() {
        RateTable table = new RateTable(8, 10, 5, 0, 0);
        int taken = 0;
        for (long now = 0; now < 10 * SECOND; now += SECOND / 100) {
            taken += table.take(7, now) == 0 ? 1 : 0;
        }
        assertThat(taken).isBetween(5 + 99, 5 + 100);
    }

    @Test
    void tellsHowLongToWait() {
        RateTable table = new RateTable(8, 10, 1, 0, 0);
        assertThat(table.take(7, 0)).isZero();
        assertThat(table.take(7, SECOND / 50)).isEqualTo(SECOND / 10 - SECOND / 50);
    }

    @Test
    void aFloodOfKeysDoesNotMakeItGrowAndForgetsTheQuietestFirst() {
        RateTable table = new RateTable(64, 1, 10, 0, 0);
        assertThat(table.capacity()).isEqualTo(64);
        for (int i = 0; i < 10; i++) {
            assertThat(table.take(-1, 0)).isZero();
        }
        for (long key = 0; key < 100_000; key++) {
            table.take(key, 1);
        }
        // The busiest of all is still known; among the others, who comes finds a bucket.
        assertThat(table.take(-1, 2)).isPositive();
        assertThat(table.take(123_456, 2)).isZero();
    }

    @Test
    void capacityIsAPowerOfTwoNotBelowWhatIsAskedFor() {
        assertThat(new RateTable(1, 1, 1, 0, 0).capacity()).isEqualTo(8);
        assertThat(new RateTable(9, 1, 1, 0, 0).capacity()).isEqualTo(16);
        assertThat(new RateTable(65_536, 1, 1, 0, 0).capacity()).isEqualTo(65_536);
    }

    @Test
    void whatIsGivenBackCanBeTakenAgain() {
        RateTable table = new RateTable(8, 1, 2, 0, 0);
        table.take(7, 0);
        table.take(7, 0);
        assertThat(table.take(7, 0)).isPositive();
        table.giveBack(7, 0);
        assertThat(table.take(7, 0)).isZero();
        table.giveBack(99, 0);
        assertThat(table.take(7, 0)).isPositive();
    }
}
