package io.carillon.room.ban;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BanTableTest {
    @Test
    void holdsWhatAMapWouldHoldThroughAnyPutsAndRemoves() throws IOException {
        Random random = new Random(7);
        BanTable table = new BanTable(10_000);
        Map<String, Long> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            String user = "u" + random.nextInt(3_000);
            if (random.nextInt(5) < 3) {
                long untilMs = random.nextLong(1, 1_001);
                assertThat(table.put(BanTable.Key.of("demo", user), untilMs, "r" + untilMs % 7))
                        .isTrue();
                model.put(user, untilMs);
            } else {
                table.remove(BanTable.Key.of("demo", user));
                model.remove(user);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.write(new DataOutputStream(bytes));
        BanTable copy = BanTable.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), 10_000);
        BanTable rest = table.withoutEnded(500);

        assertThat(table.size()).isEqualTo(model.size());
        for (int i = 0; i < 3_000; i++) {
            String user = "u" + i;
            BanTable.Key key = BanTable.Key.of("demo", user);
            Long untilMs = model.get(user);
            String expected = untilMs == null ? null : "r" + untilMs % 7;
            assertThat(table.reason(key, 0)).isEqualTo(expected);
            assertThat(copy.reason(key, 0)).isEqualTo(expected);
            boolean over = untilMs == null || untilMs <= 500;
            assertThat(table.reason(key, 500)).isEqualTo(over ? null : expected);
            assertThat(rest.reason(key, 0)).isEqualTo(over ? null : expected);
        }
        assertThat(rest.size()).isEqualTo((int)
                model.values().stream().filter(untilMs -> untilMs > 500).count());
        assertThat(rest.withoutEnded(500)).isSameAs(rest);
    }

    @Test
    void takesNoMoreThanItsBoundButChangesWhatItHolds() {
        BanTable table = new BanTable(2);
        assertThat(table.put(BanTable.Key.of("demo", "a"), 10, "")).isTrue();
        assertThat(table.put(BanTable.Key.of("demo", "b"), 10, "")).isTrue();
        assertThat(table.put(BanTable.Key.of("demo", "c"), 10, "")).isFalse();
        assertThat(table.put(BanTable.Key.of("demo", "b"), 20, "longer")).isTrue();
        assertThat(table.reason(BanTable.Key.of("demo", "b"), 15)).isEqualTo("longer");
        assertThat(table.reason(BanTable.Key.of("demo", "c"), 0)).isNull();
    }

    @Test
    void tellsAppsAndUsersApart() {
        assertThat(BanTable.Key.of("ab", "c")).isNotEqualTo(BanTable.Key.of("a", "bc"));
        assertThat(BanTable.Key.of("ab", "c")).isEqualTo(BanTable.Key.of("ab", "c"));
    }

    @Test
    void aFileGivesBackWhatWasWrittenAndADamagedOneNothing(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("bans");
        BanFile file = new BanFile(path);
        assertThat(file.read(10)).isNull();
        BanTable table = new BanTable(10);
        table.put(BanTable.Key.of("demo", "a"), 10, "why");
        file.write(new BanFile.Content(7, 3, table));

        BanFile.Content content = Objects.requireNonNull(file.read(10));
        assertThat(content.version()).isEqualTo(7);
        assertThat(content.baseVersion()).isEqualTo(3);
        assertThat(content.table().reason(BanTable.Key.of("demo", "a"), 0)).isEqualTo("why");

        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 20] ^= 1;
        Files.write(path, bytes);
        assertThatThrownBy(() -> file.read(10)).isInstanceOf(IOException.class);
        Files.write(path, new byte[9]);
        assertThatThrownBy(() -> file.read(10)).isInstanceOf(IOException.class);
    }
}
