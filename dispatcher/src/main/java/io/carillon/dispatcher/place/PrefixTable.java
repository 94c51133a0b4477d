package io.carillon.dispatcher.place;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Client prefixes and where they are: the longest that contains an address counts.
 *
 * <p>Prefixes are nested or disjoint, so one sweep over them, sorted, with a stack of the open ones cuts the address
 * space into ranges of one answer each. A search is a binary search in two arrays; 20 bytes a range, no allocation.
 * Immutable.
 */
public final class PrefixTable {
    public static final PrefixTable EMPTY = new PrefixTable(List.of());

    /** More lines are refused. */
    static final int ENTRIES_MAX = 4_000_000;

    private static final Comparator<Entry> BY_START_THEN_SHORTEST = (a, b) -> {
        int order = compare(a.prefix.high(), a.prefix.low(), b.prefix.high(), b.prefix.low());
        return order != 0 ? order : Integer.compare(a.prefix.length(), b.prefix.length());
    };

    private final long[] highs;
    private final long[] lows;
    private final @Nullable Place[] places;
    private final int size;

    private PrefixTable(List<Entry> sorted) {
        Sweep sweep = new Sweep(sorted.size() * 2 + 1);
        for (Entry entry : sorted) {
            sweep.open(entry);
        }
        sweep.closeAll();
        this.highs = sweep.highs;
        this.lows = sweep.lows;
        this.places = sweep.places;
        this.size = sweep.size;
    }

    /**
     * Reads {@code prefix,region,isp} lines.
     *
     * @param name of the file, for errors
     * @throws IllegalArgumentException naming file, line and offender
     */
    public static PrefixTable read(String name, Reader reader) throws IOException {
        CsvLines lines = new CsvLines(name, reader, "prefix", "region", "isp");
        Map<Prefix, Integer> seen = new HashMap<>();
        Map<Place, Place> places = new HashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (String[] fields = lines.next(); fields.length > 0; fields = lines.next()) {
            Prefix prefix = prefix(lines, fields[0]);
            Integer before = seen.put(prefix, lines.number());
            if (before != null) {
                throw lines.error("'" + fields[0] + "' stands in line " + before + " already");
            }
            Place place = new Place(fields[1], fields[2]);
            if (place.equals(Place.UNKNOWN)) {
                throw lines.error("'" + fields[0] + "' has no region and no isp (expected: one at least)");
            }
            if (entries.size() == ENTRIES_MAX) {
                throw lines.error("too many prefixes (expected: at most " + ENTRIES_MAX + ")");
            }
            entries.add(new Entry(prefix, places.computeIfAbsent(place, same -> same)));
        }
        entries.sort(BY_START_THEN_SHORTEST);
        return new PrefixTable(entries);
    }

    /** @param address 4 or 16 bytes; null where no prefix contains it */
    public @Nullable Place find(byte[] address) {
        long high = Prefix.high(address);
        long low = Prefix.low(address);
        int from = 0;
        int to = size;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (compare(highs[middle], lows[middle], high, low) <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from == 0 ? null : places[from - 1];
    }

    private static Prefix prefix(CsvLines lines, String text) {
        try {
            return Prefix.parse(text);
        } catch (IllegalArgumentException e) {
            throw lines.error(String.valueOf(e.getMessage()));
        }
    }

    private static int compare(long highA, long lowA, long highB, long lowB) {
        int order = Long.compareUnsigned(highA, highB);
        return order != 0 ? order : Long.compareUnsigned(lowA, lowB);
    }

    private record Entry(Prefix prefix, Place place) {}

    /** Cuts sorted prefixes into ranges. */
    private static final class Sweep {
        final long[] highs;
        final long[] lows;
        final @Nullable Place[] places;
        int size;
        private final List<Entry> open = new ArrayList<>();

        Sweep(int rangesMax) {
            highs = new long[rangesMax];
            lows = new long[rangesMax];
            places = new @Nullable Place[rangesMax];
        }

        void open(Entry entry) {
            while (!open.isEmpty() && !open.getLast().prefix.contains(entry.prefix.high(), entry.prefix.low())) {
                close();
            }
            add(entry.prefix.high(), entry.prefix.low(), entry.place);
            open.add(entry);
        }

        void closeAll() {
            while (!open.isEmpty()) {
                close();
            }
        }

        private void close() {
            Prefix ended = open.removeLast().prefix;
            long low = ended.lastLow() + 1;
            long high = low == 0 ? ended.lastHigh() + 1 : ended.lastHigh();
            if (high != 0 || low != 0) {
                add(high, low, open.isEmpty() ? null : open.getLast().place);
            }
        }

        private void add(long high, long low, @Nullable Place place) {
            if (size > 0 && highs[size - 1] == high && lows[size - 1] == low) {
                size--;
            }
            highs[size] = high;
            lows[size] = low;
            places[size] = place;
            size++;
        }
    }
}
