package io.carillon.dispatcher.choice;

import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses up to {@link #ADDRESSES_MAX} addresses for a device.
 *
 * <p>First the rooms: the best {@link #ROOMS_RANKED} by tier, and within a tier by the device's weighted rendezvous
 * score. The tier is the site's place in the client's order of sites (sites that are not in it share the last; no order:
 * all share one), behind it whether the machine was tried. A site of which {@link #SITE_TRIED_MAX} or more addresses were
 * tried comes after all others.
 *
 * <p>Then the addresses, one at a time: each time the lowest tier that still has one, there a machine that is in the
 * list the least often, there a room and then a port that is in the list the least often (what was tried counts as in
 * the list), there the best room. So the first is on the device's usual room; the next differ in machine and, as far as there are
 * others, in port; two ports of one machine come only when there are no more machines. An address that was tried is
 * left out, unless nothing else is there.
 *
 * <p>Allocates a few hundred bytes, whatever the number of rooms: no streams, no boxes. Stateless and thread-safe.
 */
public final class Chooser {
    public static final int ADDRESSES_MAX = 8;

    static final int ROOMS_RANKED = 16;
    static final int SITE_TRIED_MAX = 4;
    private static final Address[] NOTHING = new Address[0];
    private static final String[] NO_SITES = new String[0];

    /**
     * @param pools the app's pools of rooms
     * @param device names the device; the same one gets the same list while the rooms stay
     * @param transports what the client speaks: bits of {@link Transport}
     * @param sites the client's order of sites; empty: none is nearer
     * @return in the order to be tried; empty where no room is there
     */
    public Address[] choose(
            Directory directory, List<String> pools, String device, int transports, String[] sites, Tried tried) {
        Address[] found = select(directory, pools, device, transports, sites, tried, true);
        return found.length == 0 && !tried.isEmpty()
                ? select(directory, pools, device, transports, sites, tried, false)
                : found;
    }

    private static Address[] select(
            Directory directory,
            List<String> pools,
            String device,
            int transports,
            String[] sites,
            Tried tried,
            boolean leaveOutTried) {
        long deviceHash = Hashing.xxh3_64().hashCharsToLong(device);
        Ranking ranking = new Ranking();
        String[] exhausted = exhausted(directory, tried);
        for (int i = 0; i < pools.size(); i++) {
            for (Room room : directory.rooms(pools.get(i))) {
                if (eligible(room, transports, tried, leaveOutTried)) {
                    int tier = tier(room, sites, exhausted) * 2 + (machineTried(room, tried) ? 1 : 0);
                    ranking.offer(room, tier, room.score(deviceHash));
                }
            }
        }
        return pick(ranking, deviceHash, transports, tried, leaveOutTried);
    }

    private static Address[] pick(
            Ranking ranking, long deviceHash, int transports, Tried tried, boolean leaveOutTried) {
        Address[] picked = new Address[ADDRESSES_MAX];
        int count = 0;
        while (count < ADDRESSES_MAX) {
            Address next = next(ranking, picked, count, deviceHash, transports, tried, leaveOutTried);
            if (next == null) {
                break;
            }
            picked[count++] = next;
        }
        if (count == 0) {
            return NOTHING;
        }
        if (count == ADDRESSES_MAX) {
            return picked;
        }
        return Arrays.copyOf(picked, count);
    }

    private static @Nullable Address next(
            Ranking ranking,
            Address[] picked,
            int count,
            long deviceHash,
            int transports,
            Tried tried,
            boolean leaveOutTried) {
        Address best = null;
        long bestCost = Long.MAX_VALUE;
        for (int rank = 0; rank < ranking.size; rank++) {
            Address[] addresses = ranking.rooms[rank].addresses;
            int first = (int) Long.remainderUnsigned(deviceHash, addresses.length);
            for (int i = 0; i < addresses.length; i++) {
                Address address = addresses[(first + i) % addresses.length];
                if ((address.transport.bit() & transports) == 0
                        || (leaveOutTried && tried.has(address))
                        || contains(picked, count, address)) {
                    continue;
                }
                long cost = cost(ranking.tiers[rank], address, picked, count, tried);
                if (cost < bestCost) {
                    best = address;
                    bestCost = cost;
                }
            }
        }
        return best;
    }

    /** Tier, then uses of the machine, of the room and of the port in one number; the rank decides among equals. */
    private static long cost(int tier, Address address, Address[] picked, int count, Tried tried) {
        int machineUses = tried.hasHost(address.host) ? 1 : 0;
        int portUses = tried.hasPort(address.port) ? 1 : 0;
        int roomUses = 0;
        for (int i = 0; i < count; i++) {
            machineUses += picked[i].host.equals(address.host) ? 1 : 0;
            roomUses += picked[i].room == address.room ? 1 : 0;
            portUses += picked[i].port == address.port ? 1 : 0;
        }
        return ((long) (tier >> 1) << 32) | (machineUses << 16) | (roomUses << 8) | portUses;
    }

    private static boolean contains(Address[] picked, int count, Address address) {
        for (int i = 0; i < count; i++) {
            if (picked[i].text.equals(address.text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean eligible(Room room, int transports, Tried tried, boolean leaveOutTried) {
        for (Address address : room.addresses) {
            if ((address.transport.bit() & transports) != 0 && !(leaveOutTried && tried.has(address))) {
                return true;
            }
        }
        return false;
    }

    private static boolean machineTried(Room room, Tried tried) {
        for (Address address : room.addresses) {
            if (!tried.hasHost(address.host)) {
                return false;
            }
        }
        return true;
    }

    private static int tier(Room room, String[] sites, String[] exhausted) {
        int tier = sites.length;
        for (int i = 0; i < sites.length; i++) {
            if (sites[i].equals(room.site)) {
                tier = i;
                break;
            }
        }
        for (String site : exhausted) {
            if (site.equals(room.site)) {
                return tier + sites.length + 1;
            }
        }
        return tier;
    }

    /** Sites of which so many addresses were tried that another comes first. */
    private static String[] exhausted(Directory directory, Tried tried) {
        if (tried.texts.length < SITE_TRIED_MAX) {
            return NO_SITES;
        }
        String[] found = new String[tried.texts.length / SITE_TRIED_MAX];
        int count = 0;
        for (int i = 0; i < tried.texts.length && count < found.length; i++) {
            Address address = directory.address(tried.texts[i]);
            // Each site is named once: by the address with which it reaches the bound.
            if (address != null && triedOf(directory, address.room.site, tried, i) == SITE_TRIED_MAX) {
                found[count++] = address.room.site;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** How many addresses of a site are among the first ones that were tried, {@code last} included. */
    private static int triedOf(Directory directory, String site, Tried tried, int last) {
        int count = 0;
        for (int i = 0; i <= last; i++) {
            Address address = directory.address(tried.texts[i]);
            count += address != null && address.room.site.equals(site) ? 1 : 0;
        }
        return count;
    }

    /** The best rooms so far, lowest tier and highest score first. */
    private static final class Ranking {
        final Room[] rooms = new Room[ROOMS_RANKED];
        final int[] tiers = new int[ROOMS_RANKED];
        final double[] scores = new double[ROOMS_RANKED];
        int size;

        void offer(Room room, int tier, double score) {
            int at = size;
            while (at > 0 && (tier < tiers[at - 1] || (tier == tiers[at - 1] && score > scores[at - 1]))) {
                at--;
            }
            if (at == ROOMS_RANKED) {
                return;
            }
            int shifted = Math.min(size, ROOMS_RANKED - 1) - at;
            System.arraycopy(rooms, at, rooms, at + 1, shifted);
            System.arraycopy(tiers, at, tiers, at + 1, shifted);
            System.arraycopy(scores, at, scores, at + 1, shifted);
            rooms[at] = room;
            tiers[at] = tier;
            scores[at] = score;
            size = Math.min(size + 1, ROOMS_RANKED);
        }
    }
}
