package io.carillon.saver.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.LedgerRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One file of records, each behind its length (4 bytes, big endian), and in memory a hash and an offset for each id that a
 * record can be found by. Looking up reads the hashes through: a million take a millisecond, and it happens when somebody
 * asks. A torn record at the end, left by a crash, ends the file.
 *
 * <p>Guarded by the lock of its ledger.
 */
final class Segment implements AutoCloseable {
    private static final int RECORD_BYTES_MAX = 64 << 10;
    private static final int BUFFER_BYTES = 256 << 10;

    private final Path path;
    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long[] hashes = new long[1024];
    private int[] offsets = new int[1024];
    private int entries;
    private int bytes;

    private Segment(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    static Segment open(Path path) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Segment segment = new Segment(path, file);
        segment.readAll();
        return segment;
    }

    private void readAll() throws IOException {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(path));
        while (content.remaining() > 4) {
            int at = content.position();
            int length = content.getInt();
            if (length < 1 || length > RECORD_BYTES_MAX || length > content.remaining()) {
                break;
            }
            try {
                index(LedgerRecord.parseFrom(content.slice(content.position(), length)), at);
            } catch (InvalidProtocolBufferException e) {
                break;
            }
            content.position(content.position() + length);
            bytes = content.position();
        }
        file.truncate(bytes);
        file.position(bytes);
    }

    Path path() {
        return path;
    }

    int bytes() {
        return bytes;
    }

    void append(LedgerRecord record) throws IOException {
        byte[] encoded = record.toByteArray();
        if (encoded.length > RECORD_BYTES_MAX) {
            return;
        }
        if (buffer.remaining() < encoded.length + 4) {
            flush();
        }
        index(record, bytes);
        buffer.putInt(encoded.length).put(encoded);
        bytes += 4 + encoded.length;
    }

    void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
        buffer.clear();
    }

    /** Hands on the records that are found by one of these hashes. */
    void find(Set<Long> wanted, Consumer<LedgerRecord> into) throws IOException {
        flush();
        for (int i = 0; i < entries; i++) {
            if (wanted.contains(hashes[i])) {
                into.accept(read(offsets[i]));
            }
        }
    }

    private LedgerRecord read(int at) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4);
        readFully(length, at);
        ByteBuffer body = ByteBuffer.allocate(length.flip().getInt());
        readFully(body, at + 4L);
        return LedgerRecord.parseFrom(body.flip());
    }

    private void readFully(ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining()) {
            if (file.read(into, at + into.position()) < 0) {
                throw new IOException("segment " + path + " ends at " + (at + into.position()));
            }
        }
    }

    private void index(LedgerRecord record, int at) {
        add(hash(record.getMessageId()), at);
        if (!record.getRequestId().isEmpty()) {
            add(hash(record.getRequestId()), at);
        }
    }

    private void add(long hash, int at) {
        if (entries == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * entries);
            offsets = Arrays.copyOf(offsets, 2 * entries);
        }
        hashes[entries] = hash;
        offsets[entries] = at;
        entries++;
    }

    static long hash(ByteString id) {
        long hash = 0;
        for (int i = 0; i < id.size(); i++) {
            hash = hash * 0x9E3779B97F4A7C15L + id.byteAt(i) + 1;
        }
        return hash;
    }

    @Override
    public void close() throws IOException {
        flush();
        file.close();
    }

    void delete() throws IOException {
        file.close();
        Files.deleteIfExists(path);
    }
}
