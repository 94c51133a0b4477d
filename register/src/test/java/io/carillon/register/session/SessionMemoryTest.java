package io.carillon.register.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class SessionMemoryTest {
    private static final Logger log = LoggerFactory.getLogger(SessionMemoryTest.class);
    private static final int ENTRIES = 1_000_000;
    /** 23 bytes of header, 24 of user, 36 of device id, at most 8 / 0.6 of slots, an eighth of slack. */
    private static final double BYTES_AN_ENTRY_MAX = (23 + 24 + 36) * 1.125 + 8 / 0.6;

    @Test
    void aMillionSessionsCostAboutAHundredBytesEach() {
        Fleet fleet = new Fleet(ENTRIES);
        RoomLife room = fleet.room("room-1", 1);
        Random random = new Random(1);
        long usedBefore = usedHeap();
        long startNs = System.nanoTime();
        for (int i = 0; i < ENTRIES; i++) {
            String device = new UUID(random.nextLong(), random.nextLong()).toString();
            fleet.login(room, String.format("user-%019d", i), i, device, 0);
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double arrays = fleet.sessions.bytes() / (double) ENTRIES;
        double heap = (usedHeap() - usedBefore) / (double) ENTRIES;
        log.info("event=session_memory bytes_an_entry={} heap_bytes_an_entry={} seconds={}", arrays, heap, seconds);
        assertThat(fleet.sessions.size()).isEqualTo(ENTRIES);
        assertThat(arrays).isBetween(83.0, BYTES_AN_ENTRY_MAX);
        assertThat(heap).as("with all objects, after a collection").isLessThan(BYTES_AN_ENTRY_MAX * 1.1);
    }

    @SuppressWarnings("SystemGc")
    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
