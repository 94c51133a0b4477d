package io.carillon.saver.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoneSeqsTest {
    private static final long NOW_MS = 1_795_770_795_595L;

    @Test
    void saversThatAreAskedInTheSameMillisecondsGiveNoSeqTwice() {
        Set<Long> seqs = new HashSet<>();
        for (int saver = 0; saver < 1_000; saver++) {
            LoneSeqs own = new LoneSeqs("saver-" + saver);
            for (int i = 0; i < 10; i++) {
                assertThat(seqs.add(own.next(17, NOW_MS + i / 10))).isTrue();
            }
        }
    }

    @Test
    void theyGrowAboveWhatRedisGaveAndStayNearTheClock() {
        LoneSeqs own = new LoneSeqs("saver-1");
        long ahead = NOW_MS * 1_000 + 70_123;
        own.saw(17, ahead);
        long first = own.next(17, NOW_MS);
        assertThat(first).isBetween(ahead + 1, ahead + 1_000);
        assertThat(own.next(17, NOW_MS)).isEqualTo(first + 1_000);
        assertThat(own.next(18, NOW_MS)).isBetween(NOW_MS * 1_000, NOW_MS * 1_000 + 999);
    }
}
