package io.carillon.sdk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Files in one folder.
 *
 * <p>A value is a file of its own, with a CRC in front: written beside, forced, renamed over. A journal is a file of
 * records of 20 bytes, an id and its CRC, only ever appended to and forced. A record that is torn (the device died in the
 * middle of it) ends the journal there: it was never acknowledged. A journal that grew to {@link #COMPACT_AT} records is
 * written anew with its last {@link #KEEP}.
 */
final class FileStore implements ClientStore {
    private static final int KEEP = 2 * SEEN_IDS_MIN;
    private static final int COMPACT_AT = 4 * KEEP;
    private static final int ID_BYTES = 16;
    private static final int RECORD_BYTES = ID_BYTES + 4;

    private final Path folder;

    /** Records in each journal's file, once it was read. Guarded by this. */
    private final Map<String, Integer> records = new HashMap<>();

    FileStore(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    @Override
    public synchronized byte @Nullable [] load(String key) throws IOException {
        Path path = path(key, ".value");
        byte[] file = read(path);
        if (file == null) {
            return null;
        }
        if (file.length < 4) {
            throw new DamagedValueException(path + ": " + file.length + " bytes (expected: at least 4)");
        }
        byte[] value = Arrays.copyOfRange(file, 4, file.length);
        if (ByteBuffer.wrap(file).getInt() != crc(value, 0, value.length)) {
            throw new DamagedValueException(path + ": its check sum does not match");
        }
        return value;
    }

    @Override
    public synchronized void save(String key, byte[] value) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(4 + value.length);
        file.putInt(crc(value, 0, value.length)).put(value);
        replace(path(key, ".value"), file.array());
    }

    @Override
    public synchronized List<byte[]> seen(String journal) throws IOException {
        Path path = path(journal, ".seen");
        byte[] file = read(path);
        if (file == null) {
            records.put(journal, 0);
            return new ArrayList<>();
        }
        int count = wholeRecords(file);
        if (count * RECORD_BYTES < file.length) {
            truncate(path, (long) count * RECORD_BYTES);
        }
        records.put(journal, count);
        List<byte[]> ids = new ArrayList<>();
        for (int i = Math.max(0, count - KEEP); i < count; i++) {
            ids.add(Arrays.copyOfRange(file, i * RECORD_BYTES, i * RECORD_BYTES + ID_BYTES));
        }
        return ids;
    }

    @Override
    public synchronized void addSeen(String journal, List<byte[]> messageIds) throws IOException {
        Integer before = records.get(journal);
        if (before == null) {
            seen(journal);
            before = records.get(journal);
        }
        int count = before == null ? 0 : before;
        Path path = path(journal, ".seen");
        long start = (long) count * RECORD_BYTES;
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // By position, so that what a failed write left behind is written over.
            writeFully(file, encode(messageIds), start);
            file.force(false);
        }
        if (count == 0) {
            forceFolder();
        }
        count += messageIds.size();
        records.put(journal, count);
        if (count >= COMPACT_AT) {
            compact(journal, path);
        }
    }

    @Override
    public boolean blocking() {
        return true;
    }

    private void compact(String journal, Path path) throws IOException {
        List<byte[]> kept = seen(journal);
        replace(path, encode(kept));
        records.put(journal, kept.size());
    }

    private static byte[] encode(List<byte[]> messageIds) {
        ByteBuffer out = ByteBuffer.allocate(messageIds.size() * RECORD_BYTES);
        for (byte[] id : messageIds) {
            if (id.length != ID_BYTES) {
                throw new IllegalArgumentException("message id: " + id.length + " bytes (expected: " + ID_BYTES + ")");
            }
            out.put(id).putInt(crc(id, 0, ID_BYTES));
        }
        return out.array();
    }

    private static int wholeRecords(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file);
        int count = 0;
        while ((count + 1) * RECORD_BYTES <= file.length) {
            int at = count * RECORD_BYTES;
            if (in.getInt(at + ID_BYTES) != crc(file, at, ID_BYTES)) {
                break;
            }
            count++;
        }
        return count;
    }

    private void replace(Path path, byte[] content) throws IOException {
        Path beside = folder.resolve(path.getFileName() + ".new");
        try (FileChannel file = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(file, content, 0);
            file.force(true);
        }
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder();
    }

    /** A new name survives a crash only with its folder. Not every platform can open one; there it is left to it. */
    private void forceFolder() {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        } catch (IOException e) {
            return;
        }
    }

    private static void truncate(Path path, long bytes) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(bytes);
            file.force(true);
        }
    }

    private static void writeFully(FileChannel file, byte[] content, long at) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(content);
        long position = at;
        while (from.hasRemaining()) {
            position += file.write(from, position);
        }
    }

    private static byte @Nullable [] read(Path path) throws IOException {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Keys hold names of users and networks, so every byte that is not plain is written in hex. */
    private Path path(String key, String suffix) {
        StringBuilder name = new StringBuilder();
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-';
            if (plain) {
                name.append((char) b);
            } else {
                name.append(String.format(Locale.ROOT, "_%02x", b & 0xFF));
            }
        }
        return folder.resolve(name.append(suffix).toString());
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
