package io.carillon.center.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.App;
import io.carillon.contract.BatchShare;
import io.carillon.runtime.contract.DeliveryCeiling;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DeliverySharesTest {
    private static final App APP =
            App.newBuilder().setId("demo").setDeliveriesPerSecondMax(1000).build();

    private final AtomicLong nowNs = new AtomicLong(TimeUnit.HOURS.toNanos(1));
    private final DeliveryShares shares = new DeliveryShares(() -> 2, nowNs::get);

    @Test
    void letsAFirstBatchPassAndHoldsTheNextUntilAShareHasPaidForIt() {
        assertThat(shares.take(APP, 300)).isZero();
        assertThat(shares.take(APP, 1)).isEqualTo(1);

        assertThat(passing(Duration.ofSeconds(10))).as("of the reserve").isZero();
        tell(1000);
        assertThat(passing(Duration.ofSeconds(10))).isBetween(9_600, 10_000);
    }

    @Test
    void saysWhatWasAskedForAndIsOwedAndGivesTheShareBack() {
        assertThat(shares.demands()).isEmpty();
        shares.take(APP, 300);
        shares.take(APP, 100);

        assertThat(shares.demands()).singleElement().satisfies(demand -> {
            assertThat(demand.getApp()).isEqualTo("demo");
            // 400 in two seconds, and 300 less the 100 that were saved up.
            assertThat(demand.getWanted()).isCloseTo(400, Offset.offset(1.0));
        });
        tell(500);
        pass(Duration.ofSeconds(3));

        assertThat(shares.demands()).singleElement().satisfies(demand -> assertThat(demand.getWanted())
                .isZero());
        tell(0);
        assertThat(shares.demands()).isEmpty();
    }

    @Test
    void keepsItsLastShareWhileSaverIsAwayButNotForEver() {
        passing(Duration.ofMillis(10));
        tell(500);

        assertThat(passing(DeliveryCeiling.KEPT.minusSeconds(1))).isBetween(59 * 490, 59 * 510);
        pass(Duration.ofSeconds(2));
        assertThat(passing(Duration.ofSeconds(20)))
                .as("its part of the reserve, 10 a second")
                .isBetween(150, 310);
    }

    @Test
    void takesNoMoreThanTheCeilingSaysNow() {
        passing(Duration.ofMillis(10));
        tell(900);
        App lowered = APP.toBuilder().setDeliveriesPerSecondMax(100).build();

        shares.take(lowered, 1);
        int passed = 0;
        for (int i = 0; i < 1000; i++) {
            pass(Duration.ofMillis(10));
            passed += shares.take(lowered, 1) == 0 ? 1 : 0;
        }

        assertThat(passed).isLessThanOrEqualTo(1010);
    }

    private void tell(double perSecond) {
        shares.adopt(
                List.of(BatchShare.newBuilder()
                        .setApp("demo")
                        .setPerSecond(perSecond)
                        .build()),
                nowNs.get());
    }

    /** How many deliveries pass where ten are asked for each millisecond. */
    private int passing(Duration time) {
        int passed = 0;
        for (long ms = 0; ms < time.toMillis(); ms++) {
            pass(Duration.ofMillis(1));
            passed += shares.take(APP, 10) == 0 ? 10 : 0;
        }
        return passed;
    }

    private void pass(Duration time) {
        nowNs.addAndGet(time.toNanos());
    }
}
