package io.carillon.rpc;

/**
 * The frames of the RPC.
 *
 * <p>All integers are little-endian. A frame is a 4-byte length of what follows, one type byte, and:
 *
 * <pre>
 * HELLO      magic u32, version u16, nonce[32]                     caller to server, first
 * CHALLENGE  version u16, nonce[32]                                server to caller
 * PROOF      mac[32], wall time ms i64, identity                   caller to server
 * WELCOME    mac[32], wall time ms i64, identity                   server to caller; the connection is up
 * REFUSED    reason u8, UTF-8 text                                 server to caller, then closed
 * REQUEST    id u64, method u16, time left us u32, sent us u32, body
 * ANSWER     id u64, body
 * FAILURE    id u64, status u8, not executed u8, UTF-8 text
 * PING       sent us u32                                           either way
 * PONG       (empty)
 * GOING      (empty)                                               server to caller: make no more calls here
 * identity = role, name, release (each: length u8, UTF-8), incarnation i64
 * mac      = HMAC-SHA256(secret, "carillon-rpc caller" or "carillon-rpc server", version u16, caller's nonce,
 *            server's nonce, all of the frame behind the mac)
 * </pre>
 *
 * The caller proves itself first, and a server tells nothing of itself before. "Sent" is the sender's monotonic clock; it
 * lets the receiver see how long a frame lay in socket buffers ({@link FrameAge}).
 */
final class Wire {
    static final int MAGIC = 0x4350_5243;
    static final int VERSION = 1;
    static final int NONCE_BYTES = 32;
    static final int MAC_BYTES = 32;

    /** Frames of the hello are small; a stranger makes us buffer no more. */
    static final int HELLO_FRAME_BYTES_MAX = 1024;

    static final int LENGTH_BYTES = 4;
    static final byte HELLO = 1;
    static final byte CHALLENGE = 2;
    static final byte PROOF = 3;
    static final byte WELCOME = 4;
    static final byte REFUSED = 5;
    static final byte REQUEST = 16;
    static final byte ANSWER = 17;
    static final byte FAILURE = 18;
    static final byte PING = 19;
    static final byte PONG = 20;
    static final byte GOING = 21;

    /** Bytes of a frame before its body, the type included. */
    static final int REQUEST_HEAD_BYTES = 1 + 8 + 2 + 4 + 4;

    static final int ANSWER_HEAD_BYTES = 1 + 8;
    static final int FAILURE_HEAD_BYTES = 1 + 8 + 1 + 1;
    static final int PING_BYTES = 1 + 4;

    /** Texts of failures are cut here. */
    static final int TEXT_BYTES_MAX = 1024;

    static final long TIME_LEFT_US_MAX = 0xFFFF_FFFFL;

    private Wire() {}

    /** The monotonic clock in the unit of the wire; wraps after 71 minutes. */
    static int stampUs(long nowNs) {
        return (int) (nowNs / 1000);
    }
}
