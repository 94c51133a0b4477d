package io.carillon.room.session;

import com.google.protobuf.ByteString;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Heartbeat;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.NetworkKind;
import io.carillon.room.delivery.Binding;

/** The words that a session has for its client, and for frames that have no place in it. */
final class Answers {
    private Answers() {}

    /** CONNECTED, but for the outcomes of the bindings. */
    static Connected.Builder connected(SessionLoop shared, long connectionId, int window, int startSeconds) {
        SessionLimits limits = shared.limits();
        return Connected.newBuilder()
                .setConnectionId(connectionId)
                .setSecret(ByteString.copyFrom(shared.secrets().of(connectionId)))
                .setHeartbeat(Heartbeat.newBuilder()
                        .setMinSeconds((int) limits.heartbeatMin().toSeconds())
                        .setMaxSeconds((int) limits.heartbeatMax().toSeconds())
                        .setStartSeconds(startSeconds))
                .setFrameBytesMax(limits.frameBytesMax().toIntBytes())
                .setServerTimeMs(shared.loop().wallMs())
                .setRoom(shared.room())
                .setReceiveWindow(window);
    }

    static Kicked replaced(Binding binding, String newcomerDevice) {
        return kicked(binding, ProtocolCode.REPLACED, "another device logged in as this user").toBuilder()
                .setNewcomerDevice(newcomerDevice)
                .build();
    }

    static Kicked kicked(Binding binding, ProtocolCode code, String reason) {
        return Kicked.newBuilder()
                .setBinding(binding.number())
                .setCode(code.wire())
                .setReason(reason)
                .build();
    }

    /** wifi, cellular, wired, or empty. */
    static String networkName(int kind) {
        return switch (kind) {
            case NetworkKind.NETWORK_KIND_WIFI_VALUE -> "wifi";
            case NetworkKind.NETWORK_KIND_CELLULAR_VALUE -> "cellular";
            case NetworkKind.NETWORK_KIND_WIRED_VALUE -> "wired";
            default -> "";
        };
    }

    /** A frame that has no place in a session; types from 80 on are skipped. */
    static void refuse(int type) throws ProtocolException {
        switch (type) {
            case FrameType.CONNECT ->
                throw new ProtocolException(ProtocolCode.UNEXPECTED_FRAME, "CONNECT: the connection is logged in");
            case FrameType.CONNECTED,
                    FrameType.BOUND,
                    FrameType.PUSH,
                    FrameType.UPLINK_ACK,
                    FrameType.OVERFLOW,
                    FrameType.CURSOR,
                    FrameType.COMMAND,
                    FrameType.GO_AWAY,
                    FrameType.KICKED,
                    FrameType.BUSY,
                    FrameType.ERROR ->
                throw new ProtocolException(
                        ProtocolCode.UNEXPECTED_FRAME, "frame type " + type + ": only the room sends it");
            default -> {
                if (type < FrameType.SKIPPABLE) {
                    throw new ProtocolException(ProtocolCode.UNKNOWN_FRAME, "frame type " + type + ": unknown");
                }
            }
        }
    }
}
