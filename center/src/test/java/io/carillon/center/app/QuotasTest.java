package io.carillon.center.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.App;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private final AtomicLong nowNs = new AtomicLong();
    private int centers = 1;
    private final Quotas quotas = new Quotas(() -> centers, nowNs::get, new DeliveryShares(() -> centers, nowNs::get));

    @Test
    void letsARequestPassAndMakesTheNextPayForIt() {
        App app = app(100);

        assertThat(quotas.take(app, 1_000)).isZero();
        assertThat(quotas.take(app, 1)).isEqualTo(9);

        nowNs.addAndGet(TimeUnit.SECONDS.toNanos(9));
        assertThat(quotas.take(app, 1)).isPositive();
        nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(quotas.take(app, 1)).isZero();
    }

    @Test
    void sharesTheQuotaAmongTheCenters() {
        centers = 4;
        App app = app(100);

        assertThat(quotas.take(app, 25)).isZero();
        assertThat(quotas.take(app, 1)).isEqualTo(1);
    }

    @Test
    void savesUpNoMoreThanASecond() {
        App app = app(10);
        quotas.take(app, 1);
        nowNs.addAndGet(TimeUnit.HOURS.toNanos(1));

        for (int i = 0; i < 10; i++) {
            assertThat(quotas.take(app, 1)).isZero();
        }
        assertThat(quotas.take(app, 1)).isEqualTo(1);
    }

    @Test
    void holdsNobodyWithoutAQuota() {
        for (int i = 0; i < 100; i++) {
            assertThat(quotas.take(app(0), 1_000_000)).isZero();
        }
    }

    @Test
    void countsDeliveriesApartFromMessages() {
        App app = App.newBuilder().setId("demo").setDeliveriesPerSecondMax(10).build();

        assertThat(quotas.takeDeliveries(app, 20)).isZero();
        assertThat(quotas.takeDeliveries(app, 1)).isEqualTo(2);
        assertThat(quotas.take(app, 1_000)).isZero();
    }

    @Test
    void takesBackDeliveriesThatWereNotMade() {
        App app = App.newBuilder().setId("demo").setDeliveriesPerSecondMax(10).build();
        quotas.takeDeliveries(app, 20);

        quotas.returnDeliveries(app, 20);

        assertThat(quotas.takeDeliveries(app, 10)).isZero();
    }

    private static App app(int messagesPerSecond) {
        return App.newBuilder()
                .setId("demo")
                .setMessagesPerSecond(messagesPerSecond)
                .build();
    }
}
