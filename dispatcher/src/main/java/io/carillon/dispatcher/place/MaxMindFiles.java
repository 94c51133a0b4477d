package io.carillon.dispatcher.place;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MaxMind databases (the format's specification 2.0): a country or city file gives the region, {@code CN} or
 * {@code CN-BJ}; an ISP or ASN file gives the ISP, its name or {@code AS4134}. Thread-safe.
 */
public final class MaxMindFiles implements AutoCloseable {
    public static final MaxMindFiles NONE = new MaxMindFiles(List.of());

    private static final Logger log = LoggerFactory.getLogger(MaxMindFiles.class);
    private static final int CACHE_ENTRIES = 4096;

    private final List<Reader> readers;

    private MaxMindFiles(List<Reader> readers) {
        this.readers = readers;
    }

    /** @throws IllegalArgumentException naming the file that can't be read or is no such database */
    public static MaxMindFiles open(List<Path> files) {
        List<Reader> readers = new ArrayList<>();
        for (Path file : files) {
            try {
                readers.add(new Reader(file.toFile(), new CHMCache(CACHE_ENTRIES)));
            } catch (IOException e) {
                throw new IllegalArgumentException(file + ": " + e.getMessage() + " (expected: a MaxMind database)", e);
            }
        }
        return new MaxMindFiles(List.copyOf(readers));
    }

    public Place find(InetAddress address) {
        Place place = Place.UNKNOWN;
        for (Reader reader : readers) {
            place = place.orElse(find(reader, address));
        }
        return place;
    }

    @Override
    public void close() throws IOException {
        for (Reader reader : readers) {
            reader.close();
        }
    }

    private static Place find(Reader reader, InetAddress address) {
        try {
            Map<?, ?> found = reader.get(address, Map.class);
            return found == null ? Place.UNKNOWN : new Place(region(found), isp(found));
        } catch (IOException e) {
            log.warn("event=maxmind_lookup_failed reason=\"{}\"", e.getMessage());
            return Place.UNKNOWN;
        }
    }

    private static String region(Map<?, ?> found) {
        String country = text(found.get("country"), "iso_code");
        if (country.isEmpty() || !(found.get("subdivisions") instanceof List<?> parts) || parts.isEmpty()) {
            return country;
        }
        String part = text(parts.getFirst(), "iso_code");
        return part.isEmpty() ? country : country + "-" + part;
    }

    private static String isp(Map<?, ?> found) {
        String isp = text(found, "isp");
        Object number = found.get("autonomous_system_number");
        return !isp.isEmpty() || number == null ? isp : "AS" + number;
    }

    private static String text(@Nullable Object map, String key) {
        return map instanceof Map<?, ?> entries && entries.get(key) instanceof String text ? text : "";
    }
}
