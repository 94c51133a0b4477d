package io.carillon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FrameAgeTest {
    private static final long MS = 1_000_000;
    /** The sender's clock has nothing to do with ours, and wraps soon. */
    private static final long OFFSET_NS = 4_294_000_000_000L;

    private final FrameAge age = new FrameAge();

    @Test
    void aFrameThatCameAtOnceHasNoAge() {
        assertThat(arrive(0, 1)).isZero();
        assertThat(arrive(1000, 1001)).isZero();
        assertThat(arrive(2000, 2001)).isZero();
    }

    @Test
    void whatLayInBuffersIsAsOldAsItLayThere() {
        arrive(0, 1);
        assertThat(arrive(100, 3101)).isEqualTo(3000 * MS);
        assertThat(arrive(3100, 3101)).isZero();
    }

    @Test
    void aLongPauseDoesNotMakeStaleFramesFresh() {
        arrive(0, 1);
        assertThat(arrive(100, 180_101)).isEqualTo(180_000 * MS);
        assertThat(arrive(200, 180_101)).isEqualTo(179_900 * MS);
    }

    @Test
    void driftOfTheClocksIsForgotten() {
        // 200 parts in a million, for an hour, with a frame a second.
        for (int s = 0; s < 3600; s++) {
            assertThat(arrive(s * 1000L, s * 1000L + s / 5)).isLessThan(50 * MS);
        }
    }

    private long arrive(long sentMs, long arrivedMs) {
        return age.onFrame(Wire.stampUs(sentMs * MS + OFFSET_NS), arrivedMs * MS);
    }
}
