package io.carillon.saver.redis;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What one mailbox may hold. */
public record MailboxLimits(
        @Doc("Messages in one mailbox; one more drops the oldest") @Default("500")
        int messagesMax,

        @Doc("Bytes in one mailbox; beyond it the oldest are dropped") @Default("1MiB")
        ByteSize bytesMax,

        @Doc(
                "Loads without an answer after which a message is parked: no load brings it until its user acknowledges something")
        @Default("8")
        int parkAfter) {
    public MailboxLimits {
        // The script unpacks a mailbox's ids onto Lua's stack, which ends at 8,000.
        Check.range("messages-max", messagesMax, 1, 4000);
        Check.range("bytes-max", bytesMax, 64 << 10, 64 << 20);
        Check.range("park-after", parkAfter, 1, 200);
    }

    List<byte[]> args() {
        return List.of(ascii(messagesMax), ascii(bytesMax.bytes()), ascii(parkAfter));
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }
}
