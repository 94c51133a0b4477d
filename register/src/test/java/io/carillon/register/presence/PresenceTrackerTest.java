package io.carillon.register.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.PresenceRow;
import io.carillon.register.session.BucketDigests;
import io.carillon.register.session.BucketSet;
import io.carillon.register.session.Login;
import io.carillon.register.session.ManualClock;
import io.carillon.register.session.Network;
import io.carillon.register.session.Presence;
import io.carillon.register.session.RoomLife;
import io.carillon.register.session.Roster;
import io.carillon.register.session.Sessions;
import io.carillon.runtime.bucket.Buckets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Registers with their sessions, over one store, in virtual time. */
class PresenceTrackerTest {
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final ManualClock clock = new ManualClock();
    private final MemoryPresenceStore store = new MemoryPresenceStore();
    private final Node node = new Node(1000);

    /** One register. */
    private final class Node {
        final Roster roster = new Roster(clock, this::onOver);
        final PresenceTracker tracker;
        final Sessions sessions;
        final PresenceComparison comparison;
        final Map<String, Map<String, Long>> held = new HashMap<>();

        Node(int usersMax) {
            this(usersMax, PresenceComparison.PAGE_MAX);
        }

        Node(int usersMax, int pageMax) {
            tracker = new PresenceTracker(this::lookup, roster::whole, store, clock, GRACE, usersMax);
            tracker.want(Set.of("app"));
            sessions = new Sessions(1000, clock, roster, (room, app, user, id, device, moved) -> {}, tracker);
            comparison = new PresenceComparison(roster, sessions, tracker, store, Runnable::run, pageMax);
            room("room-1", 1);
            room("room-2", 2);
            roster.onListed(Set.of("room-1", "room-2"));
        }

        private Presence lookup(String app, String user) {
            return sessions.lookup(app, user);
        }

        private void onOver(RoomLife life) {
            tracker.onRoomLost(life.room());
            sessions.takeOut(life);
        }

        RoomLife room(String name, long incarnation) {
            return Objects.requireNonNull(roster.heard(name, incarnation));
        }

        void login(String room, String user, long id) {
            login(room, user, id, 0);
        }

        void login(String room, String user, long id, long ageMs) {
            long incarnation = room.equals("room-1") ? 1 : 2;
            sessions.register(room(room, incarnation), new Login("app", user, id, "d", ageMs, Network.WIFI));
            held.computeIfAbsent(room, ignored -> new HashMap<>()).put(user, id);
        }

        void goodbye(String room, String user, long id) {
            sessions.unregister(room(room, room.equals("room-1") ? 1 : 2), "app", user, id);
            held.getOrDefault(room, Map.of()).remove(user);
        }

        /** Both rooms hold all buckets to be ours, or none. */
        void report(boolean ours, String... rooms) {
            for (String room : rooms) {
                BucketDigests digests = new BucketDigests();
                int[] counts = new int[Buckets.COUNT];
                long[] hashes = new long[Buckets.COUNT];
                held.getOrDefault(room, Map.of()).forEach((user, id) -> {
                    counts[Buckets.of("app", user)]++;
                    hashes[Buckets.of("app", user)] ^= Buckets.sessionHash("app", user, id);
                });
                for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
                    digests.set(bucket, counts[bucket], hashes[bucket]);
                }
                BucketSet all = BucketSet.none();
                if (ours) {
                    all.addAll();
                }
                sessions.compare(room(room, room.equals("room-1") ? 1 : 2), all, digests);
            }
        }

        void whole() {
            report(true, "room-1", "room-2");
        }
    }

    /** Half seconds pass; the rooms report as they do. */
    private void pass(double seconds, Node... nodes) {
        for (double at = 0; at < seconds; at += 0.5) {
            clock.advance(Duration.ofMillis(500));
            for (Node one : nodes) {
                one.comparison.tick();
                one.tracker.tick();
            }
        }
    }

    private boolean online(String user) {
        PresenceRow row = store.rows.get(user);
        return row != null && row.getOnline();
    }

    @Test
    void tellsAComingAtOnceAndAGoingAfterTheGrace() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(0.5, node);
        assertThat(store.events).containsExactly("ann online");

        node.goodbye("room-1", "ann", 1);
        pass(14, node);
        assertThat(store.events).hasSize(1);
        pass(1.5, node);
        assertThat(store.events).containsExactly("ann online", "ann offline");
        assertThat(store.told.getLast().getVersion())
                .isGreaterThan(store.told.getFirst().getVersion());
        assertThat(store.told.getLast().getRoom()).isEqualTo("room-1");
        assertThat(store.told.getLast().getReason()).isEqualTo("disconnected");
        pass(1, node);
        assertThat(node.tracker.users()).isZero();
    }

    @Test
    void anAbsenceShorterThanTheGraceIsNone() {
        node.whole();
        for (int i = 0; i < 10; i++) {
            node.login("room-1", "ann", i);
            pass(3, node);
            node.goodbye("room-1", "ann", i);
            pass(10, node);
        }
        node.login("room-2", "ann", 100);
        pass(30, node);
        assertThat(store.events).containsExactly("ann online");
    }

    @Test
    void theGraceBeginsAnewWithEachGoing() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        node.goodbye("room-1", "ann", 1);
        pass(5, node);
        node.login("room-1", "ann", 2);
        pass(5, node);
        node.goodbye("room-1", "ann", 2);
        pass(14, node);
        assertThat(store.events).containsExactly("ann online");
        pass(1.5, node);
        assertThat(store.events).containsExactly("ann online", "ann offline");
    }

    @Test
    void aMoveIsNoEvent() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        node.login("room-2", "ann", 2);
        node.goodbye("room-1", "ann", 1);
        pass(30, node);
        assertThat(store.events).containsExactly("ann online");
    }

    @Test
    void whoWasOnARoomThatDiedIsOfflineUnlessHeComesBackElsewhere() {
        node.whole();
        node.login("room-1", "ann", 1);
        node.login("room-1", "bob", 2);
        pass(1, node);

        node.roster.onGone("room-1", 1);
        node.held.remove("room-1");
        node.report(true, "room-2");
        pass(5, node);
        node.login("room-2", "bob", 3);
        node.report(true, "room-2");
        pass(10.5, node);

        assertThat(store.events).containsExactly("ann online", "bob online", "ann offline");
        assertThat(store.told.getLast().getReason()).isEqualTo("room_lost");
    }

    @Test
    void callsNobodyOfflineWhileABucketIsNotWholeAndComparesOnceItIs() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        Node next = new Node(1000);
        pass(40, next);
        assertThat(store.events).containsExactly("ann online");

        next.whole();
        pass(14, next);
        assertThat(store.events).as("has the grace to come back").containsExactly("ann online");
        next.whole();
        pass(2, next);
        assertThat(store.events).containsExactly("ann online", "ann offline");
        assertThat(store.told.getLast().getReason()).isEqualTo("not_found");
    }

    @Test
    void anAbsenceThatBeganWithARegisterThatDiedHasNoLongerGrace() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        node.goodbye("room-1", "ann", 1);
        Node next = new Node(1000);
        pass(10, next);

        next.tracker.onDeparted("app", "ann", "room-1", 10_000);
        next.whole();
        pass(4, next);
        assertThat(store.events).containsExactly("ann online");
        pass(2, next);
        assertThat(store.events).containsExactly("ann online", "ann offline");
        assertThat(store.told.getLast().getReason()).isEqualTo("disconnected");
    }

    @Test
    void aDepartureBeforeTheLastComingSaysNothingOfAnAbsence() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(20, node);
        Node next = new Node(1000);

        next.tracker.onDeparted("app", "ann", "room-2", 40_000);
        next.whole();
        pass(14, next);
        assertThat(store.events).as("has the grace to come back").containsExactly("ann online");
        next.whole();
        pass(2, next);
        assertThat(store.events).containsExactly("ann online", "ann offline");
    }

    @Test
    void anAbsenceThatWasOverBeforeTheNewRegisterKnewAllIsToldOf() {
        node.whole();
        node.login("room-1", "ann", 1);
        node.login("room-1", "bob", 2);
        pass(1, node);
        Node next = new Node(1000);
        pass(20, next);
        next.login("room-2", "ann", 3);
        next.login("room-2", "bob", 4);
        pass(1, next);

        next.tracker.onDeparted("app", "ann", "room-1", 20_000);
        next.tracker.onDeparted("app", "bob", "room-1", 10_000);
        next.whole();
        pass(1, next);

        assertThat(store.events).containsExactly("ann online", "bob online", "ann offline", "ann online");
        assertThat(next.tracker.users()).isZero();
    }

    @Test
    void anAbsenceThatBeganWithARoomAndItsRegisterTogetherIsToldOf() {
        node.whole();
        node.login("room-1", "ann", 1);
        node.login("room-1", "bob", 2);
        node.login("room-2", "eve", 3);
        pass(1, node);
        Node next = new Node(1000);
        next.login("room-2", "eve", 3, 1_000);
        next.roster.onGone("room-1", 1);
        pass(16, next);
        next.login("room-2", "ann", 4);
        pass(1, next);
        next.report(true, "room-2");
        pass(1, next);

        assertThat(store.events)
                .containsExactly("ann online", "bob online", "eve online", "ann offline", "ann online", "bob offline");
        assertThat(store.told.getLast().getReason()).isEqualTo("room_lost");
    }

    @Test
    void aComingToABucketThatDoesNotBecomeWholeIsToldOfAllTheSame() {
        node.whole();
        Node next = new Node(1000);
        next.login("room-2", "ann", 1);
        pass(9, next);
        assertThat(store.events).isEmpty();
        pass(2, next);
        assertThat(store.events).containsExactly("ann online");
    }

    @Test
    void oneThatCameAndWentBeforeTheBucketWasWholeIsToldOfBoth() {
        Node next = new Node(1000);
        next.login("room-2", "ann", 1);
        pass(1, next);
        next.goodbye("room-2", "ann", 1);
        next.whole();
        pass(16, next);
        assertThat(store.events).containsExactly("ann online", "ann offline");
    }

    @Test
    void ofSeveralComingsWhileHeldTheFirstEndedTheAbsenceAndTheLastIsToldOf() {
        node.whole();
        node.login("room-1", "ann", 1);
        node.login("room-1", "bob", 2);
        pass(1, node);
        Node next = new Node(1000);

        // ann was away for 10 s until her first coming, and 16 s lie between her leaving and the second; bob for 20 s.
        pass(14, next);
        next.tracker.onOnline("app", "ann", "room-1", clock.micros());
        pass(6, next);
        next.tracker.onOnline("app", "ann", "room-2", clock.micros());
        next.tracker.onDeparted("app", "ann", "room-1", 16_000);
        next.tracker.onOnline("app", "bob", "room-1", clock.micros());
        next.tracker.onOnline("app", "bob", "room-2", clock.micros() + 1);
        next.tracker.onDeparted("app", "bob", "room-1", 20_000);
        assertThat(next.tracker.held()).isEqualTo(2);
        next.tracker.tick();
        assertThat(next.tracker.held()).as("nothing is known yet").isEqualTo(2);
        next.whole();
        next.tracker.tick();

        assertThat(next.tracker.held()).isZero();
        assertThat(store.events).containsExactly("ann online", "bob online", "bob offline", "bob online");
        assertThat(store.told.getLast().getRoom()).isEqualTo("room-2");
        assertThat(store.told.getLast().getVersion()).isEqualTo(clock.micros() + 1);
        assertThat(store.rows.get("ann")).extracting(PresenceRow::getVersion).isEqualTo(clock.micros());
    }

    @Test
    void aSecondComingDoesNotProlongTheHolding() {
        Node next = new Node(1000);
        next.tracker.onOnline("app", "ann", "room-1", clock.micros());
        pass(9, next);
        next.tracker.onOnline("app", "ann", "room-2", clock.micros());
        pass(1, next);
        assertThat(store.events).containsExactly("ann online");
        assertThat(store.told.getLast().getRoom()).isEqualTo("room-2");
        assertThat(next.tracker.users()).isZero();
    }

    @Test
    void aComingThatFindsOneHeldInABucketThatIsWholeByNowIsDecidedWithIt() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        Node next = new Node(1000);
        pass(20, next);
        next.tracker.onOnline("app", "ann", "room-1", clock.micros());
        next.tracker.onDeparted("app", "ann", "room-1", 20_000);
        next.whole();
        next.tracker.onOnline("app", "ann", "room-2", clock.micros() + 1);
        assertThat(next.tracker.held()).isZero();
        next.tracker.tick();
        assertThat(store.events).containsExactly("ann online", "ann offline", "ann online");
        assertThat(store.told.getLast().getRoom()).isEqualTo("room-2");
    }

    @Test
    void aGoingWhileAComingIsHeldDecidesItAndCountsTheAbsenceThatItEnded() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        Node next = new Node(1000);
        pass(20, next);
        next.tracker.onDeparted("app", "ann", "room-1", 20_000);
        next.login("room-2", "ann", 2);
        next.goodbye("room-2", "ann", 2);
        assertThat(next.tracker.held()).isZero();
        pass(1, next);
        assertThat(store.events).containsExactly("ann online", "ann offline", "ann online");

        next.whole();
        pass(15, next);
        assertThat(store.events).containsExactly("ann online", "ann offline", "ann online", "ann offline");
        assertThat(store.told.getLast().getRoom()).isEqualTo("room-2");
    }

    @Test
    void oneThatComesAgainWithinTheGraceWhileNothingIsKnownNeverLeft() {
        Node next = new Node(1000);
        next.login("room-2", "ann", 1);
        next.goodbye("room-2", "ann", 1);
        pass(5, next);
        next.login("room-1", "ann", 2);
        assertThat(next.tracker.held()).as("held anew").isEqualTo(1);
        next.whole();
        pass(30, next);
        assertThat(store.events).containsExactly("ann online");
        assertThat(next.tracker.users()).isZero();
    }

    @Test
    void holdsOneComingOfAUserHoweverOftenItComesAndGoes() {
        Node next = new Node(1000);
        for (int i = 0; i < 200; i++) {
            next.login("room-1", "ann", i);
            next.goodbye("room-1", "ann", i);
            next.login("room-2", "ann", 1000 + i);
            assertThat(next.tracker.held()).isEqualTo(1);
            next.goodbye("room-2", "ann", 1000 + i);
            next.login("room-2", "ann", 2000 + i);
            next.tracker.tick();
            assertThat(next.tracker.held()).isEqualTo(1);
            next.goodbye("room-2", "ann", 2000 + i);
            assertThat(next.tracker.held()).isZero();
        }
        assertThat(next.tracker.users()).isEqualTo(1);
    }

    @Test
    void holdsNoMoreThanItHasPlaceForAndComparesTheRestLater() {
        Node small = new Node(5);
        for (int i = 0; i < 20; i++) {
            small.login("room-1", "u" + i, i);
        }
        assertThat(small.tracker.held()).isEqualTo(5);
        assertThat(small.tracker.users()).isEqualTo(5);

        small.whole();
        small.tracker.tick();
        assertThat(store.events).as("those that were held").hasSize(5);
        assertThat(small.tracker.held()).isZero();
        for (int i = 0; i < 40; i++) {
            small.whole();
            pass(1, small);
        }
        assertThat(store.events).as("the others, once there is place").hasSize(20);
    }

    @Test
    void tellsOfThoseThatWereOnlineBeforeTheAppWantedToKnow() {
        node.tracker.want(Set.of());
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        assertThat(store.events).isEmpty();

        assertThat(node.tracker.want(Set.of("app"))).isTrue();
        node.comparison.compareAll();
        pass(1, node);
        assertThat(store.events).containsExactly("ann online");
    }

    @Test
    void aBucketThatMovedMakesNoEventAndTheOldOwnersLateGoingIsRefused() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        node.goodbye("room-1", "ann", 1);
        pass(5, node);

        // The new owner has the new login; the old one still believes that its bucket is whole.
        Node next = new Node(1000);
        next.login("room-2", "ann", 2, 100);
        next.whole();
        pass(0.5, next);
        node.whole();
        pass(11, node, next);
        node.report(false, "room-1", "room-2");
        pass(20, node, next);

        assertThat(online("ann")).isTrue();
        assertThat(store.events).containsExactly("ann online");
    }

    @Test
    void versionsGrowAlsoWhenTheNewOwnersClockIsBehind() {
        store.rows.put(
                "ann",
                PresenceRow.newBuilder()
                        .setApp("app")
                        .setUser("ann")
                        .setVersion(clock.micros() + 60_000_000)
                        .build());
        node.whole();
        node.login("room-1", "ann", 1);
        pass(6, node);
        assertThat(store.events).containsExactly("ann online");

        node.goodbye("room-1", "ann", 1);
        pass(22, node);
        assertThat(store.events).containsExactly("ann online", "ann offline");
        assertThat(store.told.getLast().getVersion())
                .isGreaterThan(store.told.getFirst().getVersion());
    }

    @Test
    void losesNoStateThatLastedWhileSaverIsAway() {
        node.whole();
        node.login("room-1", "ann", 1);
        pass(1, node);
        store.away = true;
        node.goodbye("room-1", "ann", 1);
        pass(20, node);
        node.login("room-1", "ann", 2);
        pass(20, node);
        int attempts = store.puts;
        assertThat(attempts).as("with pauses").isLessThan(60);

        store.away = false;
        pass(3, node);
        assertThat(store.events).containsExactly("ann online", "ann offline", "ann online");
    }

    @Test
    void keepsTheNewestStatesOfOneThatComesAndGoesWhileSaverIsAway() {
        node.whole();
        store.away = true;
        for (int i = 0; i < 5; i++) {
            node.login("room-1", "ann", i);
            pass(1, node);
            node.goodbye("room-1", "ann", i);
            pass(17, node);
            node.whole();
        }
        store.away = false;
        pass(3, node);
        assertThat(store.events).containsExactly("ann online", "ann offline", "ann online", "ann offline");
    }

    @Test
    void comparesLaterWhatItHasNoPlaceFor() {
        Node small = new Node(2);
        small.whole();
        for (int i = 0; i < 20; i++) {
            small.login("room-1", "u" + i, i);
        }
        assertThat(small.tracker.users()).isEqualTo(2);
        for (int i = 0; i < 40; i++) {
            small.whole();
            pass(1, small);
        }
        assertThat(store.events).hasSize(20);
    }

    @Test
    void comparesByPagesThatEndAnywhere() {
        List<String> users = usersOfOneBucket(12);
        for (int pageMax : new int[] {1, 2, 5, 12, 13}) {
            store.rows.clear();
            store.events.clear();
            store.pages = 0;
            for (int i = 0; i < users.size(); i++) {
                if (i % 3 != 0) {
                    report(users.get(i));
                }
            }
            report("elsewhere");
            Node next = new Node(1000, pageMax);
            for (int i = 0; i < users.size(); i++) {
                if (i % 3 != 1) {
                    next.login("room-1", users.get(i), i);
                }
            }
            next.whole();
            for (int i = 0; i < 40; i++) {
                next.whole();
                pass(0.5, next);
            }

            for (int i = 0; i < users.size(); i++) {
                assertThat(online(users.get(i))).as(users.get(i)).isEqualTo(i % 3 != 1);
            }
            assertThat(online("elsewhere")).isFalse();
            assertThat(store.events).as("4 came, 4 and one more are gone").hasSize(9);
            assertThat(store.pages).isGreaterThanOrEqualTo(8 / pageMax);
        }
    }

    private void report(String user) {
        store.rows.put(
                user,
                PresenceRow.newBuilder()
                        .setApp("app")
                        .setUser(user)
                        .setOnline(true)
                        .setVersion(1)
                        .build());
    }

    private static List<String> usersOfOneBucket(int count) {
        int bucket = Buckets.of("app", "u0");
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "u" + i)
                .filter(user -> Buckets.of("app", user) == bucket)
                .limit(count)
                .toList();
    }

    @Test
    void tellsOnlyOfAppsThatWantIt() {
        node.whole();
        node.sessions.register(node.room("room-1", 1), new Login("other", "ann", 1, "d", 0, Network.WIFI));
        pass(1, node);
        assertThat(store.puts).isZero();
        assertThat(List.of(node.tracker.users())).containsExactly(0);
    }
}
