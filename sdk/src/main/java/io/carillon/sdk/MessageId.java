package io.carillon.sdk;

import java.nio.ByteBuffer;

/** The 128 bits that name a message everywhere. Immutable. */
public final class MessageId {
    private final long high;
    private final long low;

    private MessageId(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /** Of 16 bytes, highest first. */
    static MessageId of(byte[] bytes) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        return new MessageId(from.getLong(), from.getLong());
    }

    /** 16 bytes, highest first. */
    public byte[] bytes() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    /** Differs between messages as their ids do, for all that can be foreseen. */
    long bits() {
        return high ^ (low * 0x9E3779B97F4A7C15L);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageId && ((MessageId) other).high == high && ((MessageId) other).low == low;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bits());
    }

    /** 32 hexadecimal digits, lower case. */
    @Override
    public String toString() {
        char[] digits = new char[32];
        for (int i = 0; i < 16; i++) {
            digits[i] = Character.forDigit((int) (high >>> (60 - 4 * i)) & 0xF, 16);
            digits[16 + i] = Character.forDigit((int) (low >>> (60 - 4 * i)) & 0xF, 16);
        }
        return new String(digits);
    }
}
