package io.carillon.dispatcher.place;

import java.io.IOException;
import java.io.Reader;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which sites come first for a place. The most particular line counts: region and ISP, then region, then ISP, then the
 * line for all. A region {@code CN-BJ} that has no line of its own is looked for as {@code CN}. Immutable.
 */
public final class SiteOrders {
    public static final SiteOrders EMPTY = new SiteOrders(Map.of());

    /** Stands for any region or any ISP. */
    static final String ANY = "*";

    private static final String[] NONE = new String[0];
    private static final int LINES_MAX = 100_000;

    /** By region, then by ISP. */
    private final Map<String, Map<String, String[]>> orders;

    private SiteOrders(Map<String, Map<String, String[]>> orders) {
        this.orders = orders;
    }

    /**
     * Reads {@code region,isp,sites} lines; * is any region or ISP, sites are separated by blanks or |, nearest first.
     *
     * @param name of the file, for errors
     * @throws IllegalArgumentException naming file, line and offender
     */
    public static SiteOrders read(String name, Reader reader) throws IOException {
        CsvLines lines = new CsvLines(name, reader, "region", "isp", "sites");
        Map<String, Map<String, String[]>> orders = new HashMap<>();
        int count = 0;
        for (String[] fields = lines.next(); fields.length > 0; fields = lines.next()) {
            if (fields[0].isEmpty() || fields[1].isEmpty() || fields[2].isEmpty()) {
                throw lines.error("'" + String.join(",", fields) + "' has an empty field (expected: * for any)");
            }
            if (++count > LINES_MAX) {
                throw lines.error("too many lines (expected: at most " + LINES_MAX + ")");
            }
            String[] sites = fields[2].split("[|\\s]+");
            if (orders.computeIfAbsent(fields[0], region -> new HashMap<>()).put(fields[1], sites) != null) {
                throw lines.error("'" + fields[0] + "," + fields[1] + "' stands there already");
            }
        }
        return new SiteOrders(orders);
    }

    /** The order for a place; empty where none was named. Not to be changed. */
    public String[] find(Place place) {
        String[] found = inRegion(place.region(), place.isp());
        int dash = found == null ? place.region().indexOf('-') : -1;
        if (dash > 0) {
            found = inRegion(place.region().substring(0, dash), place.isp());
        }
        if (found == null) {
            found = inRegion(ANY, place.isp());
        }
        return found == null ? NONE : found;
    }

    private String @Nullable [] inRegion(String region, String isp) {
        Map<String, String[]> byIsp = orders.get(region);
        if (byIsp == null) {
            return null;
        }
        String[] exact = byIsp.get(isp);
        return exact != null ? exact : byIsp.get(ANY);
    }
}
