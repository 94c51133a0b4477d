package io.carillon.room.delivery;

import com.google.protobuf.ByteString;

/** What a binding needs of the connection that it is on. Event-loop confined. */
public interface PushOutput {
    /** False above the water mark: nothing is pushed then, and it waits in the mailbox. */
    boolean writable();

    /** Messages that the client takes unacknowledged on each binding; 0 while it pauses, or the room paused it. */
    int window();

    /** When the client sent anything last, milliseconds since 1970. */
    long lastHeardAtMs();

    /** Writes a PUSH, flushed at the end of the loop's turn. */
    void push(
            int binding,
            int flags,
            long seq,
            long prevSeq,
            ByteString messageId,
            ByteString extension,
            ByteString payload);

    /** Writes a frame that others write too, flushed at the end of the loop's turn. */
    void pushShared(EncodedFrame frame);

    /** A message is in flight now, where there was none before on the binding. */
    void onFirstInFlight();

    /** Tells the client that its mailbox was too full for {@code dropped} messages. */
    void overflowed(int binding, int dropped);

    /** Tells the client the floor of a binding's broadcast cursor. */
    void cursor(int binding, long floor);
}
