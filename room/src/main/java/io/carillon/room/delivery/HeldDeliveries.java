package io.carillon.room.delivery;

import io.carillon.contract.DeliverEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A few deliveries that wait, for some milliseconds, for the one before them. Event-loop confined. */
final class HeldDeliveries {
    private final List<DeliverEntry> entries = new ArrayList<>(2);

    /** Beyond {@code max} the entry is not kept: the load that follows brings it. */
    void add(DeliverEntry entry, int max) {
        if (entries.size() < max) {
            entries.add(entry);
        }
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Takes the lowest that may follow {@code lastSent}; null where there is none. */
    @Nullable
    DeliverEntry takeNext(long lastSent) {
        int best = -1;
        for (int i = 0; i < entries.size(); i++) {
            DeliverEntry entry = entries.get(i);
            boolean follows = entry.getPrevSeq() <= lastSent && lastSent < entry.getSeq();
            if (follows && (best < 0 || entry.getSeq() < entries.get(best).getSeq())) {
                best = i;
            }
        }
        return best < 0 ? null : entries.remove(best);
    }
}
