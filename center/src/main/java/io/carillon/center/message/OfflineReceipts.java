package io.carillon.center.message;

import io.carillon.center.fleet.SaverClient;
import io.carillon.center.route.RouteFate;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.EventKind;
import io.carillon.contract.ReceiptEvent;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an app that wants receipts which of its stored messages found their user offline. At best effort: one that no
 * saver takes is not told, and beyond {@link #IN_FLIGHT_MAX} under way none is. Thread-safe.
 */
public final class OfflineReceipts {
    static final int IN_FLIGHT_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(OfflineReceipts.class);
    private static final String STATE = "stored_offline";

    private final SaverClient savers;
    private final Predicate<String> wanted;
    private final Clock clock;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** @param wanted whether an app wants receipts */
    public OfflineReceipts(SaverClient savers, Predicate<String> wanted, Clock clock) {
        this.savers = savers;
        this.wanted = wanted;
        this.clock = clock;
    }

    /** @param fates of the entries, in their order; offline only from a whole bucket */
    void tell(String app, List<DeliverEntry> entries, CompletableFuture<List<RouteFate>> fates) {
        if (wanted.test(app)) {
            fates.thenAccept(known -> put(entries, known));
        }
    }

    private void put(List<DeliverEntry> entries, List<RouteFate> fates) {
        List<UplinkEntry> receipts = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (fates.get(i) == RouteFate.OFFLINE) {
                receipts.add(receipt(entries.get(i)));
            }
        }
        int count = receipts.size();
        if (count == 0) {
            return;
        }
        if (inFlight.addAndGet(count) > IN_FLIGHT_MAX) {
            inFlight.addAndGet(-count);
            log.debug("receipts not told, too many are under way count={}", count);
            return;
        }
        savers.ask(
                        SaverMethods.UPLINK_PUT,
                        UplinkPutRequest.newBuilder().addAllEntries(receipts).build())
                .whenComplete((response, failure) -> {
                    inFlight.addAndGet(-count);
                    if (failure != null) {
                        log.debug("receipts not told count={}", count, failure);
                    }
                });
    }

    private UplinkEntry receipt(DeliverEntry entry) {
        long nowMs = clock.millis();
        return UplinkEntry.newBuilder()
                .setKind(EventKind.EVENT_KIND_RECEIPT)
                .setApp(entry.getApp())
                .setUser(entry.getUser())
                .setClientId(HexFormat.of().formatHex(entry.getMessageId().toByteArray()) + ' ' + STATE)
                .setReceivedAtMs(nowMs)
                .setReceipt(ReceiptEvent.newBuilder()
                        .setMessageId(entry.getMessageId())
                        .setState(STATE)
                        .setReason("the user is offline")
                        .setAtMs(nowMs))
                .build();
    }
}
