package io.carillon.dispatcher.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixTableTest {
    @Test
    void theLongestPrefixCounts() throws IOException {
        PrefixTable table = read("""
                prefix,region,isp
                # carriers
                10.0.0.0/8, north, telecom

                10.1.0.0/16,south,telecom
                10.1.2.3,lab,
                2001:db8::/32,north,six
                2001:db8:1::/48,south,six
                """);
        assertThat(find(table, "10.2.0.1")).isEqualTo(new Place("north", "telecom"));
        assertThat(find(table, "10.1.2.2")).isEqualTo(new Place("south", "telecom"));
        assertThat(find(table, "10.1.2.3")).isEqualTo(new Place("lab", ""));
        assertThat(find(table, "10.1.2.4")).isEqualTo(new Place("south", "telecom"));
        assertThat(find(table, "10.255.255.255")).isEqualTo(new Place("north", "telecom"));
        assertThat(find(table, "11.0.0.0")).isNull();
        assertThat(find(table, "9.255.255.255")).isNull();
        assertThat(find(table, "2001:db8:1:ffff::1")).isEqualTo(new Place("south", "six"));
        assertThat(find(table, "2001:db8:2::")).isEqualTo(new Place("north", "six"));
        assertThat(find(table, "2001:db9::")).isNull();
        assertThat(find(table, "::ffff:10.2.0.1")).as("mapped").isEqualTo(new Place("north", "telecom"));
    }

    @Test
    void aPrefixMayCoverEverything() throws IOException {
        PrefixTable table = read("0.0.0.0/0,v4,\n::/0,v6,\nffff::/16,top,\n");
        assertThat(find(table, "255.255.255.255")).isEqualTo(new Place("v4", ""));
        assertThat(find(table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).isEqualTo(new Place("top", ""));
        assertThat(find(table, "fffe::")).isEqualTo(new Place("v6", ""));
    }

    @Test
    void anEmptyTableFindsNothing() throws IOException {
        assertThat(find(PrefixTable.EMPTY, "10.0.0.1")).isNull();
        assertThat(find(read("# nothing\n"), "10.0.0.1")).isNull();
    }

    @Test
    void agreesWithASearchThroughAllPrefixes() throws IOException {
        Random random = new Random(3);
        Map<Prefix, Place> model = new LinkedHashMap<>();
        StringBuilder csv = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            int length = 8 + random.nextInt(25);
            int address = random.nextInt() & (-1 << (32 - length)) & 0x0FFF_FFFF;
            String text = NetUtil.intToIpAddress(address) + "/" + length;
            if (model.put(Prefix.parse(text), new Place("r" + i, "i")) == null) {
                csv.append(text).append(",r").append(i).append(",i\n");
            } else {
                i--;
            }
        }
        PrefixTable table = read(csv.toString());
        Map<Prefix, Place> inFile = new LinkedHashMap<>();
        for (String line : csv.toString().lines().toList()) {
            String[] fields = line.split(",", -1);
            inFile.put(Prefix.parse(fields[0]), new Place(fields[1], fields[2]));
        }
        for (int i = 0; i < 5_000; i++) {
            byte[] address = bytes(NetUtil.intToIpAddress(random.nextInt() & 0x0FFF_FFFF));
            Place expected = null;
            int longest = -1;
            for (Map.Entry<Prefix, Place> entry : inFile.entrySet()) {
                if (entry.getKey().contains(Prefix.high(address), Prefix.low(address))
                        && entry.getKey().length() > longest) {
                    longest = entry.getKey().length();
                    expected = entry.getValue();
                }
            }
            assertThat(table.find(address)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "10.0.0.0/33,n,t; prefixes.csv:3: '10.0.0.0/33' (expected: a prefix length from 0 to 32)",
                "10.0.0.1/24,n,t; prefixes.csv:3: '10.0.0.1/24' (expected: no bits set beyond the prefix)",
                "10.0.0/8,n,t; prefixes.csv:3: '10.0.0/8' (expected: an IPv4 or IPv6 prefix",
                "example.com,n,t; prefixes.csv:3: 'example.com' (expected: an IPv4",
                "10.0.0.0/8,n; prefixes.csv:3: '10.0.0.0/8,n' has 2 fields (expected: prefix,region,isp)",
                "10.0.0.0/8,,; prefixes.csv:3: '10.0.0.0/8' has no region and no isp",
                "192.0.2.0/24,n,t; prefixes.csv:3: '192.0.2.0/24' stands in line 2 already",
                "fe80::1%eth0,n,t; prefixes.csv:3: 'fe80::1%eth0'",
                "2001:db8::/129,n,t; prefixes.csv:3: '2001:db8::/129' (expected: a prefix length from 0 to 128)",
                "10.0.0.0/,n,t; prefixes.csv:3: '10.0.0.0/'"
            })
    void aBadLineIsNamed(String line, String message) {
        assertThatThrownBy(() -> read("# one\n192.0.2.0/24,a,b\n" + line + "\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void randomTextIsReadOrRefusedWithItsLine() {
        Random random = new Random(5);
        String alphabet = "0123456789abcdef:./,,,\n#\uFEFF é\"";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                read(text.toString());
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageStartingWith("prefixes.csv:");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static PrefixTable read(String csv) throws IOException {
        return PrefixTable.read("prefixes.csv", new StringReader(csv));
    }

    private static @Nullable Place find(PrefixTable table, String address) {
        return table.find(bytes(address));
    }

    private static byte[] bytes(String address) {
        byte @Nullable [] bytes = Prefix.address(address);
        if (bytes == null) {
            throw new AssertionError(address);
        }
        return bytes;
    }
}
