package io.carillon.saver.uplink;

import com.google.protobuf.ByteString;
import io.carillon.contract.EventKind;
import io.carillon.contract.ReceiptEvent;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.saver.layout.Fate;
import io.carillon.saver.layout.FateRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;

/**
 * What became of messages, for the apps that want to be told. A receipt is queued in the transaction that settles the
 * fate; one that is settled again within ten minutes is queued no second time, and one that too many wait before is
 * dropped ({@link LaneBound}). Thread-safe.
 */
public final class Receipts {
    private final Predicate<String> wanted;
    private final LaneBound bound;
    private final Clock clock;

    /** @param wanted whether an app wants receipts */
    public Receipts(Predicate<String> wanted, LaneBound bound, Clock clock) {
        this.wanted = wanted;
        this.bound = bound;
        this.clock = clock;
    }

    public boolean wanted(String app) {
        return wanted.test(app);
    }

    /** Runs in its caller's transaction. */
    public void queue(Connection connection, Collection<FateRecord> fates) throws SQLException {
        List<UplinkEntry> entries = fates.stream()
                .filter(fate -> told(fate.fate()) && wanted.test(fate.user().getApp()))
                .map(this::entry)
                .toList();
        if (!entries.isEmpty()) {
            UplinkPutResponse put = UplinkTable.insert(connection, entries, bound::full, clock.millis());
            bound.onDropped(put.getResultsList().stream()
                    .filter(result -> !result.getStored())
                    .count());
        }
    }

    /** The others the business did itself. */
    private static boolean told(Fate fate) {
        return switch (fate) {
            case ACKED, EXPIRED, OVERFLOWED, PARKED, REFUSED -> true;
            case COLLAPSED, RECALLED, FORGOTTEN -> false;
        };
    }

    private UplinkEntry entry(FateRecord fate) {
        String state = fate.fate().label();
        return UplinkEntry.newBuilder()
                .setKind(EventKind.EVENT_KIND_RECEIPT)
                .setApp(fate.user().getApp())
                .setUser(fate.user().getUser())
                .setClientId(HexFormat.of().formatHex(fate.messageId()) + ' ' + state)
                .setReceivedAtMs(clock.millis())
                .setReceipt(ReceiptEvent.newBuilder()
                        .setMessageId(ByteString.copyFrom(fate.messageId()))
                        .setState(state)
                        .setReason(reason(fate))
                        .setAtMs(fate.atMs()))
                .build();
    }

    private static String reason(FateRecord fate) {
        return switch (fate.fate()) {
            case EXPIRED -> "its time to live is over";
            case OVERFLOWED -> "the mailbox was full";
            case PARKED -> "the client did not acknowledge it";
            case REFUSED -> "code " + fate.detail();
            case ACKED, COLLAPSED, RECALLED, FORGOTTEN -> "";
        };
    }
}
