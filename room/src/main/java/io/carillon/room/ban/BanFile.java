package io.carillon.room.ban;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bans on disk, for a start while saver is away: a mark, the versions, the table, a CRC-32 over all of it. Users stand
 * in it as hashes only. For one thread.
 */
final class BanFile {
    private static final long MARK = 0x43415242414E3031L;

    private final Path file;

    BanFile(Path file) {
        this.file = file;
    }

    /** A whole list as of a version. */
    record Content(long version, long baseVersion, BanTable table) {}

    /** What was written last; null where there is nothing yet. */
    @Nullable
    Content read(int max) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        CRC32 sum = new CRC32();
        try (DataInputStream in =
                new DataInputStream(new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), sum))) {
            if (in.readLong() != MARK) {
                throw new IOException("not a list of bans");
            }
            Content content = new Content(in.readLong(), in.readLong(), BanTable.read(in, max));
            long expected = sum.getValue();
            if (in.readLong() != expected) {
                throw new IOException("its check sum does not match");
            }
            return content;
        }
    }

    /** Takes the place of what was there, whole or not at all. */
    void write(Content content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        CRC32 sum = new CRC32();
        try (DataOutputStream out = new DataOutputStream(
                new CheckedOutputStream(new BufferedOutputStream(Files.newOutputStream(next)), sum))) {
            out.writeLong(MARK);
            out.writeLong(content.version);
            out.writeLong(content.baseVersion);
            content.table.write(out);
            out.writeLong(sum.getValue());
        }
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
