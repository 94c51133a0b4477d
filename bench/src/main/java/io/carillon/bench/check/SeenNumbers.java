package io.carillon.bench.check;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Which of the numbers 0 to {@link #MAX} were seen; a bit each, in pages that come into being with use. Thread-safe. */
public final class SeenNumbers {
    private static final int PAGE_BITS = 20;
    private static final int PAGES = 4096;
    public static final long MAX = (1L << PAGE_BITS) * PAGES - 1;

    private final AtomicReferenceArray<AtomicLongArray> pages = new AtomicReferenceArray<>(PAGES);

    /**
     * @return false where it was seen before
     * @throws IllegalArgumentException where the number is out of range
     */
    public boolean add(long number) {
        if (number < 0 || number > MAX) {
            throw new IllegalArgumentException("number: " + number + " (expected: 0 to " + MAX + ")");
        }
        AtomicLongArray page = page((int) (number >>> PAGE_BITS));
        int word = (int) (number & ((1 << PAGE_BITS) - 1)) >>> 6;
        long bit = 1L << (number & 63);
        return (page.getAndUpdate(word, before -> before | bit) & bit) == 0;
    }

    private AtomicLongArray page(int index) {
        AtomicLongArray page = pages.get(index);
        if (page == null) {
            AtomicLongArray fresh = new AtomicLongArray(1 << (PAGE_BITS - 6));
            page = pages.compareAndSet(index, null, fresh) ? fresh : pages.get(index);
        }
        return page;
    }
}
