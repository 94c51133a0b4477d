package io.carillon.room.broadcast;

import io.carillon.room.delivery.Binding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One app on one loop: its list, its walks, and the bindings that wait for a change of the list. Loop-confined. */
final class AppSeats {
    /** Bindings that are over and still lie about, beside one for each that lives. */
    static final int ENDED_MAX = 1024;

    private final Map<Long, Walk> walks = new HashMap<>();
    private ArrayDeque<Binding> parked = new ArrayDeque<>();
    AppList list;
    /** Bindings of the app on this loop. */
    int bindings;

    AppSeats(String app) {
        list = AppList.unknown(app);
    }

    @Nullable
    Walk walk(long bseq) {
        return walks.get(bseq);
    }

    void add(Walk walk) {
        walks.put(walk.record.bseq, walk);
    }

    /** Takes out the walks whose broadcast is not listed any more. */
    List<Walk> removeUnlisted() {
        List<Walk> removed = new ArrayList<>();
        walks.values().removeIf(walk -> list.line(walk.record.bseq) == null && removed.add(walk));
        return removed;
    }

    /** Each binding at most once, so that the queue is bounded by the loop's bindings. */
    void park(Binding binding) {
        Marks marks = Offers.marks(binding);
        if (!marks.parked) {
            marks.parked = true;
            if (parked.size() > 2 * bindings + ENDED_MAX) {
                parked.removeIf(Binding::ended);
            }
            parked.add(binding);
        }
    }

    ArrayDeque<Binding> takeParked() {
        ArrayDeque<Binding> taken = parked;
        parked = new ArrayDeque<>();
        return taken;
    }

    /** Nothing of it is here any more. */
    boolean isIdle() {
        return bindings == 0 && list.lines.length == 0 && parked.isEmpty();
    }
}
