package io.carillon.sdk.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
    @TempDir
    Path folder = Path.of("unset");

    private static byte[] id(int number) {
        return ByteBuffer.allocate(16).putLong(number).putLong(~number).array();
    }

    private static List<byte[]> ids(int from, int to) {
        List<byte[]> ids = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ids.add(id(i));
        }
        return ids;
    }

    private Path file(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void keepsValuesAndIdsOverRestarts() throws IOException {
        ClientStore store = ClientStore.inFolder(folder);
        store.save("key", new byte[] {1, 2, 3});
        store.addSeen("journal", ids(0, 3));
        ClientStore again = ClientStore.inFolder(folder);
        assertThat(again.load("key")).containsExactly(1, 2, 3);
        assertThat(again.load("other")).isNull();
        again.addSeen("journal", ids(3, 5));
        assertThat(ClientStore.inFolder(folder).seen("journal")).containsExactlyElementsOf(ids(0, 5));
    }

    @Test
    void cutsOffARecordThatWasTornAndGoesOn() throws IOException {
        ClientStore.inFolder(folder).addSeen("journal", ids(0, 3));
        Path journal = file(".seen");
        byte[] bytes = Files.readAllBytes(journal);
        Files.write(journal, Arrays.copyOf(bytes, bytes.length - 7));
        ClientStore store = ClientStore.inFolder(folder);
        assertThat(store.seen("journal")).containsExactlyElementsOf(ids(0, 2));
        store.addSeen("journal", ids(7, 8));
        List<byte[]> expected = ids(0, 2);
        expected.add(id(7));
        assertThat(ClientStore.inFolder(folder).seen("journal")).containsExactlyElementsOf(expected);
    }

    @Test
    void saysThatAValueIsDamagedRatherThanMissing() throws IOException {
        ClientStore.inFolder(folder).save("key", new byte[] {1, 2, 3});
        Files.write(file(".value"), new byte[] {9}, StandardOpenOption.WRITE);
        ClientStore store = ClientStore.inFolder(folder);
        assertThatThrownBy(() -> store.load("key"))
                .isInstanceOf(DamagedValueException.class)
                .hasMessageContaining("check sum");
        Files.write(file(".value"), new byte[2]);
        assertThatThrownBy(() -> store.load("key"))
                .isInstanceOf(DamagedValueException.class)
                .hasMessageContaining("2 bytes");
    }

    @Test
    void staysSmallAndRemembersTheLastTwoThousandAtLeast() throws IOException {
        ClientStore store = ClientStore.inFolder(folder);
        for (int i = 0; i < 40; i++) {
            store.addSeen("journal", ids(1_000 * i, 1_000 * (i + 1)));
        }
        List<byte[]> seen = ClientStore.inFolder(folder).seen("journal");
        assertThat(seen.size()).isBetween(ClientStore.SEEN_IDS_MIN, 20_000);
        assertThat(seen.get(seen.size() - 1)).containsExactly(id(39_999));
        assertThat(Files.size(file(".seen"))).isLessThan(400_000);
    }

    @Test
    void remembersInMemoryAsMany() throws IOException {
        ClientStore store = ClientStore.inMemory();
        store.addSeen("journal", ids(0, 5_000));
        assertThat(store.seen("journal")).containsExactlyElementsOf(ids(3_000, 5_000));
    }
}
