package io.carillon.room.admission;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Looks at the memory that is really held, now and then; asked for each login. Thread-safe. */
public final class MemoryWatch {
    private final DoubleSupplier share;
    private final double shareMax;
    private volatile boolean tight;

    public MemoryWatch(double shareMax) {
        this(MemoryWatch::worstShare, shareMax);
    }

    MemoryWatch(DoubleSupplier share, double shareMax) {
        this.share = share;
        this.shareMax = shareMax;
    }

    /** To be called about once a second. */
    public void look() {
        tight = share.getAsDouble() > shareMax;
    }

    boolean tight() {
        return tight;
    }

    private static double worstShare() {
        return Math.max(heapShare(), directShare());
    }

    /** What the last collection left, of what there may be: what is used now is mostly garbage and says nothing. */
    private static double heapShare() {
        List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans();
        long held = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            held += left == null ? 0 : left.getUsed();
        }
        return (double) held / Runtime.getRuntime().maxMemory();
    }

    private static double directShare() {
        return (double) PlatformDependent.usedDirectMemory() / PlatformDependent.maxDirectMemory();
    }
}
