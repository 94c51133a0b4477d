package io.carillon.room.broadcast;

import java.util.BitSet;
import java.util.TreeMap;

/** What the desk knows of one app's broadcasts. Confined to the desk. */
final class Shelf {
    final String app;
    /** By bseq. */
    final TreeMap<Long, Line> lines = new TreeMap<>();
    /** Loops that have bindings of the app. */
    final BitSet followers = new BitSet();

    boolean known;
    long version;
    long newest;

    Shelf(String app) {
        this.app = app;
    }

    AppList list() {
        return new AppList(app, known, newest, lines.values().toArray(Line[]::new));
    }

    boolean hasHeldBack() {
        return lines.values().stream().anyMatch(line -> line.record().heldBack);
    }

    /** Nobody here needs it, and nothing of it goes on. */
    boolean isUseless() {
        return followers.isEmpty()
                && lines.values().stream()
                        .allMatch(line -> line.run() == null || line.run().done());
    }
}
