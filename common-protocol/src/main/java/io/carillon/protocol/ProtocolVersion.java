package io.carillon.protocol;

/** Versions and limits that both ends of a client connection know. */
public final class ProtocolVersion {
    /** The version that this release speaks. */
    public static final int CURRENT = 1;

    /** The longest frame body before CONNECTED, bytes. */
    public static final int FRAME_BYTES_MAX_BEFORE_LOGIN = 8 * 1024;

    /** The longest frame body after CONNECTED unless the room says otherwise, bytes. */
    public static final int FRAME_BYTES_MAX = 64 * 1024;

    /** Bindings on one connection; a binding's number is below it. */
    public static final int BINDINGS_MAX = 16;

    /** Unacknowledged messages on a binding unless the client asks otherwise. */
    public static final int RECEIVE_WINDOW_DEFAULT = 16;

    /** The largest receive window that a client can ask for. */
    public static final int RECEIVE_WINDOW_MAX = 256;

    /** A user's longest name, bytes of UTF-8. */
    public static final int USER_BYTES_MAX = 64;

    /** An app's longest id, bytes of UTF-8. */
    public static final int APP_BYTES_MAX = 64;

    /** The longest device id, bytes of UTF-8. */
    public static final int DEVICE_ID_BYTES_MAX = 64;

    private ProtocolVersion() {}
}
