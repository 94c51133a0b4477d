package io.carillon.dispatcher.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaxMindFilesTest {
    @TempDir
    Path directory;

    @Test
    void findsRegionAndIspOverSeveralFiles() throws Exception {
        Path city = file(
                "city.mmdb",
                Map.of("country", Map.of("iso_code", "CN"), "subdivisions", List.of(Map.of("iso_code", "BJ"))));
        Path asn = file("asn.mmdb", Map.of("autonomous_system_number", 4134));
        try (MaxMindFiles files = MaxMindFiles.open(List.of(city, asn))) {
            assertThat(files.find(InetAddress.getByName("198.51.100.77"))).isEqualTo(new Place("CN-BJ", "AS4134"));
            assertThat(files.find(InetAddress.getByName("198.51.101.77"))).isEqualTo(Place.UNKNOWN);
        }
    }

    @Test
    void prefersTheIspsNameAndDoesWithoutSubdivisions() throws Exception {
        Path isp = file(
                "isp.mmdb",
                Map.of("isp", "Example Net", "autonomous_system_number", 1, "country", Map.of("iso_code", "DE")));
        try (MaxMindFiles files = MaxMindFiles.open(List.of(isp))) {
            assertThat(files.find(InetAddress.getByName("198.51.100.1"))).isEqualTo(new Place("DE", "Example Net"));
        }
    }

    @Test
    void namesAFileThatIsNoSuchDatabase() throws Exception {
        Path text = directory.resolve("notes.txt");
        Files.writeString(text, "not a database at all");
        assertThatThrownBy(() -> MaxMindFiles.open(List.of(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("notes.txt")
                .hasMessageContaining("(expected: a MaxMind database)");
        assertThatThrownBy(() -> MaxMindFiles.open(List.of(directory.resolve("none.mmdb"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.mmdb");
    }

    /** A database that has one entry, for 198.51.100.0/24 (a prefix for documentation, RFC 5737). */
    private Path file(String name, Map<String, Object> entry) throws Exception {
        Path file = directory.resolve(name);
        Files.write(file, database(new int[] {198, 51, 100}, entry));
        return file;
    }

    /** The format's specification 2.0: a binary search tree over address bits, the data, and the metadata behind a marker. */
    private static byte[] database(int[] prefix, Map<String, Object> entry) {
        int nodes = prefix.length * 8;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < nodes; i++) {
            int next = i == nodes - 1 ? nodes + 16 : i + 1;
            boolean right = (prefix[i / 8] >> (7 - i % 8) & 1) == 1;
            record(out, right ? nodes : next);
            record(out, right ? next : nodes);
        }
        out.writeBytes(new byte[16]);
        value(out, entry);
        out.writeBytes(new byte[] {(byte) 0xAB, (byte) 0xCD, (byte) 0xEF});
        out.writeBytes("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
        value(
                out,
                new TreeMap<>(Map.of(
                        "node_count",
                        nodes,
                        "record_size",
                        24,
                        "ip_version",
                        4,
                        "database_type",
                        "Test",
                        "languages",
                        List.of(),
                        "binary_format_major_version",
                        2,
                        "binary_format_minor_version",
                        0,
                        "build_epoch",
                        1_700_000_000L,
                        "description",
                        Map.of("en", "for a test"))));
        return out.toByteArray();
    }

    private static void record(ByteArrayOutputStream out, int value) {
        out.write(value >> 16);
        out.write(value >> 8);
        out.write(value);
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case String text -> {
                out.write(2 << 5 | text.length());
                out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            }
            case Integer number -> {
                out.write(6 << 5 | 4);
                number(out, number, 4);
            }
            case Long number -> {
                out.write(8);
                out.write(9 - 7);
                number(out, number, 8);
            }
            case Map<?, ?> map -> {
                out.write(7 << 5 | map.size());
                map.forEach((key, of) -> {
                    value(out, key);
                    value(out, of);
                });
            }
            case List<?> list -> {
                out.write(list.size());
                out.write(11 - 7);
                list.forEach(of -> value(out, of));
            }
            default -> throw new IllegalArgumentException(String.valueOf(value));
        }
    }

    private static void number(ByteArrayOutputStream out, long value, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            out.write((int) (value >> (8 * i)));
        }
    }
}
