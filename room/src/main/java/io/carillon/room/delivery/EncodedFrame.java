package io.carillon.room.delivery;

import java.nio.ByteBuffer;

/**
 * A whole frame that many connections write. Thread-safe, as long as nobody moves the position or limit of {@code bytes}.
 *
 * @param bytes direct, from position to limit; each writer takes a duplicate
 */
public record EncodedFrame(ByteBuffer bytes, int payloadBytes) {}
