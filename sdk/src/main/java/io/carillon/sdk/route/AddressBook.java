package io.carillon.sdk.route;

import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.NetworkState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of rooms on each network: the last good list, the last good room, how attempts went, bans. At most 20
 * networks, the longest unused goes first. Time comes in as an argument. Not thread-safe.
 */
public final class AddressBook {
    static final int NETWORKS_MAX = 20;
    private static final int ADDRESSES_MAX = 64;
    private static final int FAILURES_FOR_BAN = 3;
    private static final long BAN_MS_MIN = 6 * 60_000;
    private static final long BAN_MS_MAX = 30 * 60_000;
    private static final long SRTT_UNKNOWN = -1;

    /** By network key, longest unused first. */
    final LinkedHashMap<String, Page> pages = new LinkedHashMap<>(16, 0.75f, true);

    /** One network. */
    static final class Page {
        List<RoomAddress> lastGoodList = new ArrayList<>();

        @Nullable
        RoomAddress lastGoodRoom;

        long srttMs = SRTT_UNKNOWN;
        final Map<RoomAddress, History> histories = new LinkedHashMap<>(16, 0.75f, true);
    }

    /** One address on one network. */
    static final class History {
        /** The last eight outcomes, newest lowest; a set bit is a failure. */
        int outcomes;

        long banMs;
        long bannedUntilMs = Long.MIN_VALUE;

        boolean lastFailed() {
            return (outcomes & 1) != 0;
        }
    }

    /** The list that worked last on this network, empty where none did. */
    public List<RoomAddress> lastGoodList(NetworkState network) {
        return new ArrayList<>(page(network).lastGoodList);
    }

    /** Smoothed time of a connect, ms; null where there is no history. */
    public @Nullable Long srttMs(NetworkState network) {
        long srtt = page(network).srttMs;
        return srtt == SRTT_UNKNOWN ? null : (Long) srtt;
    }

    /** A login worked at {@code room}, which stood in {@code list}. */
    public void onGood(NetworkState network, RoomAddress room, List<RoomAddress> list, long connectMs) {
        Page page = page(network);
        page.lastGoodRoom = room;
        page.lastGoodList = new ArrayList<>(list.subList(0, Math.min(ADDRESSES_MAX, list.size())));
        page.srttMs = page.srttMs == SRTT_UNKNOWN ? connectMs : (7 * page.srttMs + connectMs) / 8;
        History history = history(page, room);
        history.outcomes = (history.outcomes << 1) & 0xFF;
        history.banMs = 0;
        history.bannedUntilMs = Long.MIN_VALUE;
    }

    /** An attempt at {@code room} failed. Three in a row ban it, each time for longer. */
    public void onBad(NetworkState network, RoomAddress room, long nowMs) {
        History history = history(page(network), room);
        history.outcomes = ((history.outcomes << 1) | 1) & 0xFF;
        int mask = (1 << FAILURES_FOR_BAN) - 1;
        if ((history.outcomes & mask) == mask) {
            history.banMs = history.banMs == 0 ? BAN_MS_MIN : Math.min(BAN_MS_MAX, 2 * history.banMs);
            history.bannedUntilMs = nowMs + history.banMs;
        }
    }

    /**
     * The list in the order to try: the last good room first, then those whose last attempt did not fail, without what is
     * banned. Where all are banned, all are tried.
     */
    public List<RoomAddress> order(NetworkState network, List<RoomAddress> list, long nowMs) {
        Page page = page(network);
        List<RoomAddress> first = new ArrayList<>();
        List<RoomAddress> failed = new ArrayList<>();
        List<RoomAddress> banned = new ArrayList<>();
        for (RoomAddress room : list) {
            History history = page.histories.get(room);
            if (history != null && history.bannedUntilMs > nowMs) {
                banned.add(room);
            } else if (history != null && history.lastFailed()) {
                failed.add(room);
            } else if (page.lastGoodRoom != null && page.lastGoodRoom.equals(room)) {
                first.add(0, room);
            } else {
                first.add(room);
            }
        }
        first.addAll(failed);
        return first.isEmpty() ? banned : first;
    }

    private Page page(NetworkState network) {
        Page page = pages.get(network.key());
        if (page == null) {
            page = new Page();
            pages.put(network.key(), page);
            if (pages.size() > NETWORKS_MAX) {
                pages.remove(pages.keySet().iterator().next());
            }
        }
        return page;
    }

    private static History history(Page page, RoomAddress room) {
        History history = page.histories.get(room);
        if (history == null) {
            history = new History();
            page.histories.put(room, history);
            if (page.histories.size() > ADDRESSES_MAX) {
                page.histories.remove(page.histories.keySet().iterator().next());
            }
        }
        return history;
    }
}
