package io.carillon.register.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.runtime.bucket.Buckets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SessionsConcurrencyTest {
    private static final int USERS = 2_000;

    @Test
    void countsDigestsAndEntriesAgreeAfterAllAtOnce() throws Exception {
        ConcurrentLinkedQueue<RoomLife> over = new ConcurrentLinkedQueue<>();
        Roster roster = new Roster(RegisterClock.system(), over::add);
        Sessions sessions = new Sessions(
                1_000_000,
                RegisterClock.system(),
                roster,
                (room, app, user, id, device, moved) -> {},
                new NoPresence());
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                int seed = writer;
                writers.add(pool.submit(() -> write(roster, sessions, seed)));
            }
            Future<?> sweeper = pool.submit(() -> {
                while (!done.get()) {
                    RoomLife life = over.poll();
                    if (life != null) {
                        sessions.takeOut(life);
                    }
                }
            });
            Future<?> reader = pool.submit(() -> {
                while (!done.get()) {
                    for (int i = 0; i < USERS; i++) {
                        sessions.lookup("app", "u" + i);
                    }
                }
            });
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            sweeper.get();
            reader.get();
        }
        over.forEach(sessions::takeOut);

        int online = 0;
        int[] counts = new int[Buckets.COUNT];
        for (int i = 0; i < USERS; i++) {
            if (sessions.lookup("app", "u" + i) instanceof Presence.Online) {
                online++;
                counts[Buckets.of("app", "u" + i)]++;
            }
        }
        assertThat(sessions.size()).isEqualTo(online);
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            int held = 0;
            for (RoomLife life : roster.lives()) {
                held += sessions.count(life, bucket);
            }
            assertThat(held).as("bucket %d", bucket).isEqualTo(counts[bucket]);
        }
    }

    private static void write(Roster roster, Sessions sessions, int writer) {
        Random random = new Random(writer);
        long incarnation = 1;
        for (int step = 0; step < 60_000; step++) {
            if (random.nextInt(2_000) == 0) {
                incarnation++;
            }
            RoomLife room = roster.heard("room-" + writer, incarnation);
            if (room == null) {
                throw new AssertionError("refused");
            }
            String user = "u" + random.nextInt(USERS);
            if (random.nextInt(3) > 0) {
                sessions.register(room, new Login("app", user, step, "d", random.nextInt(5), Network.WIFI));
            } else {
                sessions.unregister(room, "app", user, step - 1);
            }
        }
    }
}
