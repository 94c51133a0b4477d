package io.carillon.saver.ledger;

import io.carillon.contract.LedgerRecord;
import io.carillon.contract.LedgerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Picks from a broadcast's records those of the broadcast itself, and those of the first users behind one. Holds no more
 * than it answers, however many users are sampled. Not thread-safe.
 */
final class BroadcastPage implements Consumer<LedgerRecord> {
    /** Of one broadcast or user; more are left out. A user has some for each connection that it was written to. */
    private static final int RECORDS_MAX = 1_000;

    private final LedgerRequest request;
    private final int usersMax;
    private final TreeMap<String, List<LedgerRecord>> byUser = new TreeMap<>();
    private final List<LedgerRecord> whole = new ArrayList<>();

    BroadcastPage(LedgerRequest request) {
        this.request = request;
        this.usersMax = Math.clamp(request.getUsersMax(), 1, 1_000);
    }

    @Override
    public void accept(LedgerRecord record) {
        if (!record.getBroadcast() || !record.getMessageId().equals(request.getBroadcastId())) {
            return;
        }
        if (record.getUser().isEmpty()) {
            add(whole, record);
        } else if (isWanted(record.getUser())) {
            add(byUser.computeIfAbsent(record.getUser(), user -> new ArrayList<>()), record);
            if (byUser.size() > usersMax) {
                byUser.pollLastEntry();
            }
        }
    }

    private static void add(List<LedgerRecord> records, LedgerRecord record) {
        if (records.size() < RECORDS_MAX) {
            records.add(record);
        }
    }

    private boolean isWanted(String user) {
        return request.getUser().isEmpty()
                ? user.compareTo(request.getAfterUser()) > 0
                : user.equals(request.getUser());
    }

    List<LedgerRecord> records() {
        List<LedgerRecord> all = new ArrayList<>(whole);
        byUser.values().forEach(all::addAll);
        return all;
    }
}
