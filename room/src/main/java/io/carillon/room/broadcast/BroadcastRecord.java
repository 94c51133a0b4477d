package io.carillon.room.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastSpec;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.PushFrame;
import io.carillon.room.delivery.PushFlags;
import io.carillon.runtime.contract.BroadcastSample;

/** One broadcast as the room's loops see it. Immutable, but for its counts and the frames that it shares. Thread-safe. */
final class BroadcastRecord {
    final ByteString id;
    final String app;
    final long bseq;
    final Filter filter;
    final ByteString payload;
    final ByteString extension;
    final long expiresAtMs;
    final boolean kick;
    final ProtocolCode kickCode;
    final String reason;
    /** Of a kick; 0: none. */
    final long banMs;
    /** Its payload did not fit: it can't be sent, and keeps floors below it. */
    final boolean heldBack;

    final Tally tally;
    /** Whose part in it is written down. */
    final BroadcastSample sample;

    final SharedFrames frames;

    private BroadcastRecord(Broadcast broadcast, Tally tally, FrameBudget budget, int sampledOneIn, boolean heldBack) {
        BroadcastSpec spec = broadcast.getSpec();
        this.id = spec.getId();
        this.app = spec.getApp();
        this.bseq = broadcast.getBseq();
        this.filter = new Filter(spec.getAudience());
        this.payload = heldBack ? ByteString.EMPTY : spec.getPayload();
        this.extension = heldBack ? ByteString.EMPTY : spec.getExtension();
        this.expiresAtMs = broadcast.getExpiresAtMs();
        this.kick = spec.getKind() == BroadcastKind.BROADCAST_KIND_KICK;
        this.banMs = spec.getBanMs();
        this.kickCode = banMs > 0 ? ProtocolCode.BANNED : ProtocolCode.KICKED;
        this.reason = spec.getReason();
        this.heldBack = heldBack;
        this.tally = tally;
        this.sample = new BroadcastSample(id, sampledOneIn);
        this.frames = new SharedFrames(this, budget);
    }

    static BroadcastRecord of(Broadcast broadcast, Tally tally, FrameBudget budget, int sampledOneIn) {
        return new BroadcastRecord(broadcast, tally, budget, sampledOneIn, false);
    }

    static BroadcastRecord heldBack(Broadcast broadcast, Tally tally, FrameBudget budget, int sampledOneIn) {
        return new BroadcastRecord(broadcast, tally, budget, sampledOneIn, true);
    }

    /** Flags of its PUSH, but for FLOOR. */
    int flags() {
        return PushFrame.FLAG_BROADCAST | PushFlags.of(extension);
    }

    long bytes() {
        return (long) payload.size() + extension.size();
    }

    boolean isExpired(long nowMs) {
        return expiresAtMs != 0 && expiresAtMs <= nowMs;
    }
}
