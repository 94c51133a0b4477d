package io.carillon.protocol;

/**
 * The type byte of a frame. Types below {@link #SKIPPABLE} that a reader does not know are an error, the others are
 * skipped, so that later releases can add frames that older ones may ignore.
 */
public final class FrameType {
    public static final int CONNECT = 0x01;
    public static final int CONNECTED = 0x02;
    public static final int BIND = 0x03;
    public static final int BOUND = 0x04;
    public static final int UNBIND = 0x05;
    public static final int DISCONNECT = 0x06;
    public static final int PUSH = 0x08;
    public static final int ACK = 0x09;
    public static final int UPLINK = 0x0A;
    public static final int UPLINK_ACK = 0x0B;
    public static final int TAGS = 0x0C;
    public static final int OVERFLOW = 0x0D;
    public static final int COMMAND = 0x0E;
    public static final int CURSOR = 0x0F;
    public static final int PING = 0x10;
    public static final int PONG = 0x11;
    public static final int GO_AWAY = 0x12;
    public static final int KICKED = 0x13;
    public static final int BUSY = 0x14;
    public static final int ERROR = 0x15;

    /** The first type that a reader skips when it does not know it. */
    public static final int SKIPPABLE = 0x80;

    private FrameType() {}
}
