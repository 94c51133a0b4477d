package io.carillon.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class HistogramsTest {
    @Test
    void mergesWhatSeveralProcessesHaveRecorded() {
        Histogram all = Histograms.empty();
        Histogram expected = Histograms.empty();
        for (int process = 0; process < 3; process++) {
            Histogram part = Histograms.empty();
            for (int i = 1; i <= 1_000; i++) {
                part.recordValue((long) i * (process + 1));
                expected.recordValue((long) i * (process + 1));
            }
            all.add(Histograms.decode(Histograms.encode(part)));
        }
        assertThat(all).isEqualTo(expected);
        assertThat(Histograms.toJson(all).path("count").asLong()).isEqualTo(3_000);
    }

    @Test
    void sendsAnEmptyOne() {
        assertThat(Histograms.decode(Histograms.encode(Histograms.empty())).getTotalCount())
                .isZero();
    }

    @Test
    void refusesWhatIsNone() {
        assertThatThrownBy(() -> Histograms.decode("bm9uZQ=="))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("base64 of a compressed one");
    }

    @Test
    void tellsAnIntervalAndTheWholeApart() {
        Latencies latencies = new Latencies();
        latencies.record(5_000);
        latencies.begin();
        latencies.record(1_000_000);
        assertThat(latencies.look().getTotalCount()).isEqualTo(1);
        latencies.record(2_000_000);
        assertThat(latencies.look().getTotalCount()).isEqualTo(1);
        assertThat(latencies.whole().getTotalCount()).isEqualTo(2);
        assertThat(latencies.whole().getMinValue()).isBetween(999L, 1_001L);
    }
}
