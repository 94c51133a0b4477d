package io.carillon.room.delivery;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a window themselves, so that they can be written again to a client that comes right back. What finds no
 * room in the loop's budget is not held, and has to be loaded then. Event-loop confined.
 */
final class Unacknowledged {
    private final List<Written> held = new ArrayList<>(2);

    /** As it was pushed. */
    record Written(long seq, long prevSeq, int flags, ByteString messageId, ByteString extension, ByteString payload) {
        int bytes() {
            return extension.size() + payload.size();
        }
    }

    void add(Written written) {
        held.add(written);
    }

    /** The bytes that are free again. */
    int remove(long seq) {
        for (int i = 0; i < held.size(); i++) {
            if (held.get(i).seq == seq) {
                return held.remove(i).bytes();
            }
        }
        return 0;
    }

    @Nullable
    Written get(long seq) {
        for (Written written : held) {
            if (written.seq == seq) {
                return written;
            }
        }
        return null;
    }

    int bytes() {
        return held.stream().mapToInt(Written::bytes).sum();
    }
}
