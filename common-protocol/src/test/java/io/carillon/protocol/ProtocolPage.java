package io.carillon.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** PROTOCOL.md, as far as a program can read it. */
final class ProtocolPage {
    private static final String DUMP = "```dump ";
    private static final String PROTO = "```proto";
    private static final String END = "```";

    private final Map<String, byte[]> dumps = new LinkedHashMap<>();
    private final StringBuilder proto = new StringBuilder();

    ProtocolPage() {
        try {
            read(Files.readAllLines(Path.of("PROTOCOL.md")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(DUMP)) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                for (i++; !lines.get(i).equals(END); i++) {
                    readHex(lines.get(i), bytes);
                }
                dumps.put(line.substring(DUMP.length()), bytes.toByteArray());
            } else if (line.equals(PROTO)) {
                for (i++; !lines.get(i).equals(END); i++) {
                    proto.append(lines.get(i)).append('\n');
                }
            }
        }
    }

    private static void readHex(String line, ByteArrayOutputStream to) {
        int comment = line.indexOf('#');
        String hex = (comment < 0 ? line : line.substring(0, comment)).trim();
        for (String one : hex.split(" +", -1)) {
            to.write(Integer.parseInt(one, 16));
        }
    }

    /** Frames by the name behind their fence. */
    Map<String, byte[]> dumps() {
        return dumps;
    }

    String proto() {
        return proto.toString();
    }
}
