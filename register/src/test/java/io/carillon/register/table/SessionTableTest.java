package io.carillon.register.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private final SessionTable table = new SessionTable();

    @Test
    void givesBackWhatWasInserted() {
        table.insert(7, 65_535, bytes("ü-1"), 65_534, -5L, 1_700_000_000_000_000L, 3, bytes("device"));
        int at = table.find(7, 65_535, bytes("ü-1"));
        assertThat(table.user(at)).isEqualTo("ü-1");
        assertThat(table.app(at)).isEqualTo(65_535);
        assertThat(table.room(at)).isEqualTo(65_534);
        assertThat(table.connectionId(at)).isEqualTo(-5L);
        assertThat(table.version(at)).isEqualTo(1_700_000_000_000_000L);
        assertThat(table.network(at)).isEqualTo(3);
        assertThat(table.device(at)).isEqualTo("device");
        assertThat(table.deviceIs(at, bytes("device"))).isTrue();
        assertThat(table.deviceIs(at, bytes("devicf"))).isFalse();
    }

    @Test
    void tellsApartWhatSharesAHash() {
        table.insert(7, 1, bytes("a"), 0, 1, 1, 0, bytes(""));
        table.insert(7, 1, bytes("b"), 0, 2, 1, 0, bytes(""));
        table.insert(7, 2, bytes("a"), 0, 3, 1, 0, bytes(""));
        assertThat(table.connectionId(table.find(7, 1, bytes("b")))).isEqualTo(2);
        assertThat(table.connectionId(table.find(7, 2, bytes("a")))).isEqualTo(3);
        assertThat(table.find(7, 2, bytes("b"))).isEqualTo(SessionTable.NONE);
        assertThat(table.find(8, 1, bytes("a"))).isEqualTo(SessionTable.NONE);
    }

    @Test
    void takesTheLongestStrings() {
        byte[] longest = bytes("x".repeat(SessionTable.STRING_BYTES_MAX));
        table.insert(1, 1, longest, 0, 1, 1, 0, longest);
        assertThat(table.device(table.find(1, 1, longest))).hasSize(SessionTable.STRING_BYTES_MAX);
    }

    @Test
    void keepsAMarkUntilItIsTakenOffAndTheNetworkBesideIt() {
        table.insert(1, 1, bytes("u"), 0, 1, 1, 2, bytes(""));
        table.mark(table.find(1, 1, bytes("u")), true);
        assertThat(table.marked(table.find(1, 1, bytes("u")))).isTrue();
        assertThat(table.network(table.find(1, 1, bytes("u")))).isEqualTo(2);
        table.mark(table.find(1, 1, bytes("u")), false);
        assertThat(table.marked(table.find(1, 1, bytes("u")))).isFalse();
    }

    @Test
    void doesWhatAMapDoesUnderRandomInsertsAndRemovals() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            SessionTable subject = new SessionTable();
            Map<String, Long> model = new HashMap<>();
            for (int step = 0; step < 4_000; step++) {
                String user = "u" + random.nextInt(400);
                // Few hashes, near both ends: long probe runs that wrap around.
                int hash = (user.hashCode() % 5 == 0 ? -1 : 1) * (user.hashCode() % 7);
                int at = subject.find(hash, 1, bytes(user));
                assertThat(at == SessionTable.NONE ? null : (Long) subject.connectionId(at))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(model.get(user));
                if (at == SessionTable.NONE) {
                    subject.insert(hash, 1, bytes(user), 0, step, 1, 0, bytes("d".repeat(random.nextInt(40))));
                    model.put(user, (long) step);
                } else if (random.nextBoolean()) {
                    subject.remove(at);
                    model.remove(user);
                    if (random.nextInt(10) == 0) {
                        subject.trim();
                    }
                }
            }
            Map<String, Long> found = new HashMap<>();
            for (int at = subject.next(SessionTable.NONE); at != SessionTable.NONE; at = subject.next(at)) {
                found.put(subject.user(at), subject.connectionId(at));
            }
            assertThat(found).isEqualTo(model);
            assertThat(subject.size()).isEqualTo(model.size());
        }
    }

    @Test
    void givesMemoryBackWhenEntriesGo() {
        for (int i = 0; i < 10_000; i++) {
            table.insert(i * 0x9E3779B9, 1, bytes("user-" + i), 0, i, 1, 0, bytes("device-" + i));
        }
        long full = table.bytes();
        for (int i = 0; i < 9_900; i++) {
            table.remove(table.find(i * 0x9E3779B9, 1, bytes("user-" + i)));
            table.trim();
        }
        assertThat(table.bytes()).isLessThan(full / 20);
        for (int i = 9_900; i < 10_000; i++) {
            table.remove(table.find(i * 0x9E3779B9, 1, bytes("user-" + i)));
        }
        assertThat(table.bytes()).isZero();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
