package io.carillon.room.admission;

import io.carillon.room.loop.Loop;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * The handshakes of one loop that are under way, and the connections that wait to begin one. Event-loop confined.
 *
 * <p>A connection takes a place with its first byte and leaves it when it is logged in or gone. A silent one takes none, so that
 * silence is no way to keep others out; and one that is slow loses its place while others wait for it.
 */
final class Handshakes {
    private final Loop loop;
    private final int max;
    private final long patienceNs;
    private final LinkedHashMap<Visit, Long> begunAtNs = new LinkedHashMap<>();
    private final LinkedHashSet<Visit> waiting = new LinkedHashSet<>();
    private boolean lookScheduled;

    Handshakes(Loop loop, int max, long patienceNs) {
        this.loop = loop;
        this.max = max;
        this.patienceNs = patienceNs;
    }

    /** False: it waits; it is told by {@link Handshake#resume} or {@link Handshake#cut}. */
    boolean begin(Visit visit) {
        assert loop.inLoop();
        if (begunAtNs.size() < max) {
            begunAtNs.put(visit, loop.nowNs());
            return true;
        }
        waiting.add(visit);
        lookInTime();
        return false;
    }

    /** It is logged in or gone. */
    void end(Visit visit) {
        assert loop.inLoop();
        if (begunAtNs.remove(visit) != null) {
            letIn();
        } else {
            waiting.remove(visit);
        }
    }

    int underWay() {
        return begunAtNs.size();
    }

    int waiting() {
        return waiting.size();
    }

    private void letIn() {
        while (begunAtNs.size() < max && !waiting.isEmpty()) {
            Visit next = waiting.removeFirst();
            begunAtNs.put(next, loop.nowNs());
            next.resume();
        }
    }

    private void lookInTime() {
        if (!lookScheduled) {
            lookScheduled = true;
            Map.Entry<Visit, Long> oldest = begunAtNs.firstEntry();
            long ageNs = oldest == null ? 0 : loop.nowNs() - oldest.getValue();
            loop.after(Math.max(1, patienceNs - ageNs), this::look);
        }
    }

    /** Cuts those that took too long, as many as wait at most. */
    private void look() {
        lookScheduled = false;
        int places = waiting.size();
        while (places-- > 0) {
            Map.Entry<Visit, Long> oldest = begunAtNs.firstEntry();
            if (oldest == null || loop.nowNs() - oldest.getValue() < patienceNs) {
                break;
            }
            oldest.getKey().cut();
        }
        if (!waiting.isEmpty()) {
            lookInTime();
        }
    }
}
