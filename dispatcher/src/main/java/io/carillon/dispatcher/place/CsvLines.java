package io.carillon.dispatcher.place;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;

/**
 * The lines of an operator's table: fields between commas, stripped; empty lines and those that begin with # are left
 * out, and so is a first line that names the columns.
 */
final class CsvLines {
    private static final int LINE_CHARS_MAX = 1_000;

    private final String name;
    private final String[] columns;
    private final BufferedReader reader;
    private int number;
    private boolean first = true;

    /** @param name of the file, for errors */
    CsvLines(String name, Reader reader, String... columns) {
        this.name = name;
        this.columns = columns;
        this.reader = new BufferedReader(reader);
    }

    /** The next line's fields, as many as there are columns; none at the end. */
    String[] next() throws IOException {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            String text = (number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line).strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String[] fields = fields(text);
            boolean header = first && Arrays.equals(fields, columns);
            first = false;
            if (!header) {
                return fields;
            }
        }
        return new String[0];
    }

    /** Of the line that was returned last, from 1. */
    int number() {
        return number;
    }

    /** An error that names file, line and offender. */
    IllegalArgumentException error(String message) {
        return new IllegalArgumentException(name + ":" + number + ": " + message);
    }

    private String[] fields(String text) {
        if (text.length() > LINE_CHARS_MAX) {
            throw error(text.length() + " characters (expected: at most " + LINE_CHARS_MAX + ")");
        }
        String[] fields = text.split(",", -1);
        if (fields.length != columns.length) {
            throw error(
                    "'" + text + "' has " + fields.length + " fields (expected: " + String.join(",", columns) + ")");
        }
        for (int i = 0; i < fields.length; i++) {
            fields[i] = fields[i].strip();
        }
        return fields;
    }
}
