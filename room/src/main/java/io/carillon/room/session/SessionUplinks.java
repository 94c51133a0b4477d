package io.carillon.room.session;

import io.carillon.contract.UplinkEntry;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.room.delivery.Binding;
import org.jspecify.annotations.Nullable;

/** The uplinks of one connection: checked, counted, handed over, answered. Event-loop confined. */
final class SessionUplinks {
    private final SessionLoop shared;
    private final SessionOutput output;
    private short inFlight;
    private boolean closed;

    SessionUplinks(SessionLoop shared, SessionOutput output) {
        this.shared = shared;
        this.output = output;
    }

    /** @param binding null: it is not bound */
    void onUplink(@Nullable Binding binding, Uplink uplink) {
        if (binding == null) {
            refuse(uplink, ProtocolCode.BINDING_INVALID, "binding: not bound", 0);
            return;
        }
        String wrong = UplinkRules.violated(uplink);
        if (wrong != null) {
            refuse(uplink, ProtocolCode.REQUEST_INVALID, wrong, 0);
            return;
        }
        if (inFlight >= shared.uplinks().limits().perConnectionMax()) {
            int retrySeconds = (int) shared.uplinks().limits().retryAfter().toSeconds();
            refuse(uplink, ProtocolCode.RATE_LIMITED, "too many uplinks unanswered", retrySeconds);
            return;
        }
        inFlight++;
        UplinkEntry entry = UplinkEntry.newBuilder()
                .setApp(binding.session().app())
                .setUser(binding.session().user())
                .setForwardType(uplink.getForwardType())
                .setClientId(uplink.getId())
                .setPayload(uplink.getPayload())
                .setReceivedAtMs(shared.loop().wallMs())
                .setRoom(shared.room())
                .build();
        int number = uplink.getBinding();
        shared.uplinks().add(entry, (of, code, text, retrySeconds) -> {
            inFlight--;
            if (!closed) {
                answer(number, of.getClientId(), code, text, retrySeconds);
            }
        });
    }

    /** The connection is over: answers go nowhere. */
    void close() {
        closed = true;
    }

    private void refuse(Uplink uplink, ProtocolCode code, String text, int retryAfterSeconds) {
        answer(uplink.getBinding(), uplink.getId(), code.wire(), text, retryAfterSeconds);
    }

    private void answer(int number, String id, int code, String text, int retryAfterSeconds) {
        output.send(
                FrameType.UPLINK_ACK,
                UplinkAck.newBuilder()
                        .setBinding(number)
                        .setId(id)
                        .setCode(code)
                        .setText(text)
                        .setRetryAfterSeconds(retryAfterSeconds)
                        .build());
    }
}
