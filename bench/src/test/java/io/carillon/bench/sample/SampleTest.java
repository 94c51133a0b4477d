package io.carillon.bench.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void readsHowLongASafepointStoppedAllThreads() {
        assertThat(GcLog.parseSafepoint("[1763721234567ms] Safepoint \"ZMarkStartYoung\", Time since last: 153 ns,"
                        + " Reaching safepoint: 12 ns, At safepoint: 5 ns, Leaving safepoint: 9 ns, Total: 1250000 ns,"
                        + " Threads: 0 runnable, 25 total"))
                .isEqualTo(new GcLog.Safepoint("ZMarkStartYoung", new GcLog.Pause(1763721234567L, 1.25)));
        assertThat(GcLog.parseSafepoint("[1763721234567ms] GC(3) y: Pause Mark Start 0.012ms"))
                .isNull();
    }

    @Test
    void readsPausesOfEitherCollector() {
        assertThat(GcLog.parse("[1763721234567ms] GC(3) y: Pause Mark Start 0.012ms"))
                .isEqualTo(new GcLog.Pause(1763721234567L, 0.012));
        assertThat(GcLog.parse(
                        "[1763721234567ms] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->4M(256M) 3.456ms"))
                .isEqualTo(new GcLog.Pause(1763721234567L, 3.456));
        assertThat(GcLog.parse("[1763721234567ms] GC(3) y: Concurrent Mark 12.345ms"))
                .isNull();
    }

    @Test
    void sharesTheGrowthOfClasses() {
        HeapHistogram before = HeapHistogram.parse("""
                 num     #instances         #bytes  class name (module)
                   1:           100           2400  [B (java.base@25.0.3)
                Total           100           2400
                """);
        HeapHistogram after = HeapHistogram.parse("""
                   1:           300           7200  [B (java.base@25.0.3)
                   2:           100           6400  io.carillon.Thing
                Total           400          13600
                """);
        assertThat(after.bytes()).isEqualTo(13_600);
        assertThat(after.growthSince(before, 100))
                .containsExactly(
                        new HeapHistogram.Share("io.carillon.Thing", 1, 64), new HeapHistogram.Share("[B", 2, 48));
    }

    @Test
    void readsWhatTheKernelSays() {
        assertThat(ProcFiles.kilobytes("VmRSS:", List.of("VmSize:\t 10 kB", "VmRSS:\t   1234 kB")))
                .isEqualTo(1234 * 1024);
        assertThat(ProcFiles.socketBytes(
                        List.of("sockets: used 9", "TCP: inuse 5 orphan 0 tw 2 alloc 6 mem 3", "UDP: inuse 1 mem 9")))
                .isEqualTo(3 * 4096);
    }

    @Test
    void sharesProcessorTime() {
        ServerSample before = new ServerSample(0, 100, 50, 0, 0, 0);
        ServerSample after = new ServerSample(2_000_000_000L, 200, 100, 0, 0, 0);
        assertThat(after.cpuPercentSince(before)).isEqualTo(75);
        assertThat(after.systemPercentSince(before)).isEqualTo(25);
        assertThat(after.cpuMicrosSince(before)).isEqualTo(1_500_000);
    }
}
