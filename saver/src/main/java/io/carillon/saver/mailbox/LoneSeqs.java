package io.carillon.saver.mailbox;

import io.carillon.runtime.bucket.Buckets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The seqs that a saver gives by itself while Redis is away: above all that it has seen in the bucket, microseconds now, and
 * of each thousand only the one that is its own. Thread-safe.
 *
 * <p>Two messages of a user with one seq would cost one of them: rooms and clients name messages by it, so that the ack of the
 * one, applied twice, takes the other. Two savers that are asked in the same millisecond can't know of each other, so their
 * seqs differ by a residue that comes from the name. Names that differ in the number at their end alone have different
 * residues up to a thousand savers; of other names one in a thousand pairs shares one.
 */
final class LoneSeqs {
    private static final int SAVERS = 1_000;
    private static final Pattern NUMBERED = Pattern.compile("(.*?)0*([0-9]{1,6})");

    private final int own;
    /** By bucket. */
    private final AtomicLongArray last = new AtomicLongArray(Buckets.COUNT);

    LoneSeqs(String saver) {
        Matcher numbered = NUMBERED.matcher(saver);
        own = numbered.matches()
                ? Math.floorMod(numbered.group(1).hashCode() + Integer.parseInt(numbered.group(2)), SAVERS)
                : Math.floorMod(saver.hashCode(), SAVERS);
    }

    /** Redis gave that one. */
    void saw(int bucket, long seq) {
        last.accumulateAndGet(bucket, seq, Math::max);
    }

    long next(int bucket, long nowMs) {
        return last.updateAndGet(bucket, known -> ownFrom(Math.max(known + 1, TimeUnit.MILLISECONDS.toMicros(nowMs))));
    }

    private long ownFrom(long least) {
        long ofThousand = least - Math.floorMod(least, (long) SAVERS) + own;
        return ofThousand >= least ? ofThousand : ofThousand + SAVERS;
    }
}
