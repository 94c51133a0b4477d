package io.carillon.dispatcher;

import io.carillon.dispatcher.place.MaxMindFiles;
import io.carillon.dispatcher.place.Places;
import io.carillon.dispatcher.place.PrefixTable;
import io.carillon.dispatcher.place.SiteOrders;
import io.carillon.runtime.config.ConfigException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the operator's tables; what can't be read refuses the start. */
final class PlaceFiles {
    private PlaceFiles() {}

    /** A table's reader. */
    private interface Table<T> {
        T read(String name, Reader reader) throws IOException;
    }

    /** @throws ConfigException naming the key, the file, the line and the offender */
    static Places read(DispatcherConfig config) {
        return new Places(
                table("prefix-file", config.prefixFile(), PrefixTable.EMPTY, PrefixTable::read),
                databases(config),
                table("site-file", config.siteFile(), SiteOrders.EMPTY, SiteOrders::read));
    }

    private static <T> T table(String key, String file, T none, Table<T> table) {
        if (file.isEmpty()) {
            return none;
        }
        try (Reader reader = Files.newBufferedReader(Path.of(file))) {
            return table.read(file, reader);
        } catch (MalformedInputException e) {
            throw new ConfigException(key + ": " + file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new ConfigException(key + ": " + file + " can't be read (" + e + ")", e);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(key + ": " + e.getMessage(), e);
        }
    }

    private static MaxMindFiles databases(DispatcherConfig config) {
        try {
            return MaxMindFiles.open(
                    config.maxmindFiles().stream().map(Path::of).toList());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("maxmind-files: " + e.getMessage(), e);
        }
    }
}
