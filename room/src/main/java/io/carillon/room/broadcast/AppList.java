package io.carillon.room.broadcast;

import io.carillon.room.delivery.Binding;
import org.jspecify.annotations.Nullable;

/**
 * The broadcasts of an app that live, as the room knows them at one moment. Immutable.
 *
 * <p>It stands on two feet. What saver listed is whole up to {@link #newest}: bseqs grow with starts and saver lists
 * everything that lives, so nothing at or below it is missing. What orders brought beyond it may have gaps, so that no
 * floor rises there.
 */
final class AppList {
    /** The floor of a client that brought no cursor, until the list is known. */
    static final long UNSET = -1;

    final String app;
    /** False until saver answered. */
    final boolean known;
    /** The app's last bseq that saver has told of, also of what is over. */
    final long newest;
    /** Lowest bseq first. */
    final Line[] lines;

    AppList(String app, boolean known, long newest, Line[] lines) {
        this.app = app;
        this.known = known;
        this.newest = newest;
        this.lines = lines;
    }

    static AppList unknown(String app) {
        return new AppList(app, false, 0, new Line[0]);
    }

    /** A binding whose floor is there has nothing to come. */
    long last() {
        return lines.length == 0 ? newest : Math.max(newest, lines[lines.length - 1].record().bseq);
    }

    /** Index of the first line above a bseq. */
    int above(long bseq) {
        int low = 0;
        int high = lines.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lines[middle].record().bseq <= bseq) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Null where it is not listed, or not any more. */
    @Nullable
    Line line(long bseq) {
        int at = above(bseq - 1);
        return at < lines.length && lines[at].record().bseq == bseq ? lines[at] : null;
    }

    /**
     * How far the floor of a binding may rise: over what it had, what is not meant for it, and what is over; never over
     * what is still running or paused and was not sent to it, nor over what it was passed over for.
     *
     * @param sent a bseq that counts as sent; 0: none
     */
    long risenFloor(Binding binding, long sent, long nowMs) {
        long floor = binding.broadcastFloor();
        if (!known) {
            return floor;
        }
        Marks marks = binding.standing() instanceof Marks own ? own : null;
        Tags tags = tagsOf(binding);
        long risen = floor;
        for (int i = above(floor); i < lines.length && lines[i].record().bseq <= newest; i++) {
            BroadcastRecord record = lines[i].record();
            boolean had = record.bseq == sent || (marks != null && marks.has(record.bseq));
            if (!had && !record.isExpired(nowMs)) {
                boolean over = lines[i].finished() && record.filter.canSay(tags) && !record.filter.matches(tags);
                if (!over) {
                    return risen;
                }
            }
            risen = record.bseq;
        }
        return Math.max(risen, newest);
    }

    static @Nullable Tags tagsOf(Binding binding) {
        if (binding.standing() instanceof Marks marks) {
            return marks.tags;
        }
        return binding.standing() instanceof Tags tags ? tags : null;
    }
}
