package io.carillon.room.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lists of all apps in this room, fed by saver's listings and by center's orders; each change goes to every loop as
 * a new list. Confined to the desk.
 *
 * <p>What an order said of a state in the last seconds goes before what a listing says, which may be older; that it is
 * over is for saver to say. Where the payloads of all lists would be too many bytes, an app's oldest are held back: they
 * stay in the list without their payload, so that no floor rises over them, and the list is asked for again.
 */
final class Lists {
    private static final long ORDER_STANDS_NS = TimeUnit.SECONDS.toNanos(3);

    private final long bytesMax;
    private final FrameBudget budget;
    private final int sampledOneIn;
    private final Consumer<AppList> publisher;
    private final Map<String, Shelf> shelves = new LinkedHashMap<>();
    private final Map<ByteString, Tally> tallies = new HashMap<>();

    Lists(BroadcastLimits limits, Consumer<AppList> publisher) {
        this.bytesMax = limits.listBytesMax().bytes();
        this.budget = new FrameBudget(limits.frameBytesMax().bytes());
        this.sampledOneIn = limits.ledgerOneIn();
        this.publisher = publisher;
    }

    Shelf shelf(String app) {
        return shelves.computeIfAbsent(app, Shelf::new);
    }

    Collection<Shelf> shelves() {
        return shelves.values();
    }

    Collection<Tally> tallies() {
        return tallies.values();
    }

    void publish(Shelf shelf) {
        publisher.accept(shelf.list());
    }

    /** Null where none of that id is listed. */
    @Nullable
    Line line(ByteString id) {
        for (Shelf shelf : shelves.values()) {
            for (Line line : shelf.lines.values()) {
                if (line.record().id.equals(id)) {
                    return line;
                }
            }
        }
        return null;
    }

    /** A record out of what center or saver brought, with the counts that this room has of it already. */
    BroadcastRecord record(Broadcast broadcast, long nowMs) {
        return BroadcastRecord.of(broadcast, tally(broadcast, nowMs), budget, sampledOneIn);
    }

    private Tally tally(Broadcast broadcast, long nowMs) {
        Tally tally = tallies.computeIfAbsent(broadcast.getSpec().getId(), Tally::new);
        tally.keep(Math.max(nowMs, broadcast.getExpiresAtMs()));
        return tally;
    }

    /** An order began: the record stands in the list before anything of it is walked. */
    void begin(Run run) {
        Shelf shelf = shelf(run.record.app);
        Line before = shelf.lines.get(run.record.bseq);
        BroadcastState state = before != null && before.finished() ? before.state() : run.wanted;
        shelf.lines.put(run.record.bseq, new Line(run.record, state, run));
        publish(shelf);
    }

    /** An order said something else than the one before. */
    void steer(Run run) {
        Shelf shelf = shelf(run.record.app);
        Line line = shelf.lines.get(run.record.bseq);
        if (run.cancelled()) {
            remove(shelf, line);
        } else if (line != null && !line.finished()) {
            shelf.lines.put(run.record.bseq, new Line(line.record(), run.wanted, run));
        }
        publish(shelf);
    }

    private static void remove(Shelf shelf, @Nullable Line line) {
        if (line != null) {
            shelf.lines.remove(line.record().bseq);
            line.record().frames.drop();
            if (line.run() != null) {
                line.run().cancel();
            }
        }
    }

    /** What saver says, where it is newer than what is known. */
    void onListing(BroadcastListing listing, long nowNs, long nowMs) {
        Shelf shelf = shelf(listing.getApp());
        if (shelf.known && listing.getVersion() <= shelf.version) {
            return;
        }
        shelf.known = true;
        shelf.version = listing.getVersion();
        shelf.newest = listing.getNewestBseq();
        TreeMap<Long, Line> next = new TreeMap<>();
        long room = bytesMax - bytesBeside(shelf);
        // Newest first: where something does not fit it is the oldest.
        for (int i = listing.getBroadcastsCount() - 1; i >= 0; i--) {
            Line line = line(shelf, listing.getBroadcasts(i), room, nowNs, nowMs);
            room -= line.record().bytes();
            next.put(line.record().bseq, line);
        }
        List<Line> before = new ArrayList<>(shelf.lines.values());
        for (Line line : before) {
            if (line.record().bseq > shelf.newest) {
                next.put(line.record().bseq, line);
            } else if (!next.containsKey(line.record().bseq)) {
                remove(shelf, line);
            }
        }
        shelf.lines.clear();
        shelf.lines.putAll(next);
        publish(shelf);
    }

    private Line line(Shelf shelf, Broadcast listed, long room, long nowNs, long nowMs) {
        Line before = shelf.lines.get(listed.getBseq());
        if (before != null && !before.record().heldBack) {
            Run run = before.run();
            if (run != null) {
                run.begin();
            }
            boolean ordered = run != null
                    && listed.getState() != BroadcastState.BROADCAST_STATE_FINISHED
                    && nowNs - run.heardNs < ORDER_STANDS_NS;
            return new Line(before.record(), ordered ? before.state() : listed.getState(), run);
        }
        long bytes = (long) listed.getSpec().getPayload().size()
                + listed.getSpec().getExtension().size();
        BroadcastRecord record = bytes <= room
                ? record(listed, nowMs)
                : BroadcastRecord.heldBack(listed, tally(listed, nowMs), budget, sampledOneIn);
        return new Line(record, listed.getState(), null);
    }

    private long bytesBeside(Shelf shelf) {
        long bytes = 0;
        for (Shelf other : shelves.values()) {
            if (other != shelf) {
                for (Line line : other.lines.values()) {
                    bytes += line.record().bytes();
                }
            }
        }
        return bytes;
    }

    /** saver answered for an app without a word: it never had a broadcast. */
    void knownEmpty(String app) {
        Shelf shelf = shelf(app);
        if (!shelf.known) {
            shelf.known = true;
            publish(shelf);
        }
    }

    /** Drops what has expired, and what nobody here asks for any more. */
    void sweep(long nowMs) {
        for (Shelf shelf : shelves.values()) {
            List<Line> expired = shelf.lines.values().stream()
                    .filter(line -> line.record().isExpired(nowMs))
                    .toList();
            if (!expired.isEmpty()) {
                expired.forEach(line -> remove(shelf, line));
                publish(shelf);
            }
        }
        tallies.values().removeIf(tally -> tally.mayForget(nowMs));
    }

    void forgetUseless() {
        List<Shelf> useless = shelves.values().stream().filter(Shelf::isUseless).toList();
        for (Shelf shelf : useless) {
            shelves.remove(shelf.app);
            shelf.lines.values().forEach(line -> line.record().frames.drop());
            publisher.accept(AppList.unknown(shelf.app));
        }
    }
}
