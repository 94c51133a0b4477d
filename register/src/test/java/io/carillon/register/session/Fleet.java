package io.carillon.register.session;

import io.carillon.runtime.bucket.Buckets;
import java.util.ArrayList;
import java.util.List;

/** A register's state machine with a clock by hand; what it asks for is done at once, or when told. */
final class Fleet {
    final ManualClock clock = new ManualClock();
    final List<String> replaced = new ArrayList<>();
    final List<RoomLife> over = new ArrayList<>();
    final Roster roster = new Roster(clock, over::add);
    final Sessions sessions;

    Fleet() {
        this(1_000_000);
    }

    Fleet(int sessionsMax) {
        sessions = new Sessions(
                sessionsMax,
                clock,
                roster,
                (room, app, user, connectionId, newcomer, moved) ->
                        replaced.add(room + " " + user + " " + connectionId + " " + newcomer + " " + moved),
                new NoPresence());
    }

    RoomLife room(String name, long incarnation) {
        RoomLife life = roster.heard(name, incarnation);
        if (life == null) {
            throw new AssertionError(name + "/" + incarnation + " was refused");
        }
        return life;
    }

    Registration login(RoomLife room, String user, long connectionId, String device, long ageMs) {
        return sessions.register(room, new Login("app", user, connectionId, device, ageMs, Network.WIFI));
    }

    /** Reports all buckets as sent, with the digests of what is really there. */
    List<Integer> reportAsHeld(RoomLife room) {
        BucketDigests digests = new BucketDigests();
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            digests.set(bucket, room.counts[bucket], room.hashes[bucket]);
        }
        return sessions.compare(room, BucketSet.all(), digests);
    }

    /** Reports all buckets as sent, holding these sessions {@code user, connection id, …} only. */
    List<Integer> report(RoomLife room, Object... usersAndIds) {
        int[] counts = new int[Buckets.COUNT];
        long[] hashes = new long[Buckets.COUNT];
        for (int i = 0; i < usersAndIds.length; i += 2) {
            String user = (String) usersAndIds[i];
            int bucket = Buckets.of("app", user);
            counts[bucket]++;
            hashes[bucket] ^= Buckets.sessionHash("app", user, (Integer) usersAndIds[i + 1]);
        }
        BucketDigests digests = new BucketDigests();
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            digests.set(bucket, counts[bucket], hashes[bucket]);
        }
        return sessions.compare(room, BucketSet.all(), digests);
    }

    String presence(String user) {
        return switch (sessions.lookup("app", user)) {
            case Presence.Online online -> online.room() + " " + online.connectionId();
            case Presence.Offline offline -> "offline";
            case Presence.Unknown unknown -> "unknown";
        };
    }
}
