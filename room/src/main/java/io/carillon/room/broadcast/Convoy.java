package io.carillon.room.broadcast;

import java.util.Comparator;
import java.util.List;

/**
 * Walks that are at the same slot go on together, lowest bseq first: what they write to one connection leaves in one
 * write, which costs little more than that of one frame, since most of a delivery is the kernel's send. And a client that
 * gets them in the order of their bseqs has its floor told by each, so that nothing needs to be remembered of it.
 *
 * <p>A walk begins where another one is that has no rate, and keeps step with it from there.
 */
final class Convoy {
    /** So many walks have whole slices; more have a part each, so that a turn stays short. */
    private static final int FULL_SLICES = 4;

    private Convoy() {}

    /** The slot for a new walk to begin with. */
    static int start(List<Slices> jobs) {
        for (Slices job : jobs) {
            if (job instanceof Walk walk && walk.mayBeJoined()) {
                return walk.slot();
            }
        }
        return 0;
    }

    /**
     * Runs {@code due}, and with it those of {@code jobs} that are due at the same slot.
     *
     * @param part of a whole slice, for walks without a rate
     */
    static void run(Slices due, List<Slices> jobs, double part, long nowNs) {
        if (!(due instanceof Walk walk) || !walk.isFast()) {
            due.run(nowNs);
            return;
        }
        if (!walk.mayBeJoined()) {
            walk.runShare(part, nowNs);
            return;
        }
        int from = walk.slot();
        List<Walk> together = jobs.stream()
                .filter(job ->
                        job instanceof Walk other && other.mayBeJoined() && other.slot() == from && other.isDue(nowNs))
                .map(Walk.class::cast)
                .sorted(Comparator.comparingLong(other -> other.record.bseq))
                .toList();
        Walk leader = together.getFirst();
        double each = together.size() <= FULL_SLICES ? 1.0 : (double) FULL_SLICES / together.size();
        leader.runShare(part * each, nowNs);
        int to = leader.slot();
        together.stream().skip(1).forEach(other -> other.runUpTo(to, nowNs));
    }
}
