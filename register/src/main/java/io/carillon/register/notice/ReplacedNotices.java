package io.carillon.register.notice;

import io.carillon.contract.ReplacedEntry;
import io.carillon.contract.ReplacedRequest;
import io.carillon.register.session.ReplacedListener;
import io.carillon.register.session.RoomLife;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells each room, in batches and one batch at a time, which of its sessions were replaced.
 *
 * <p>Bounds: {@link #PENDING_MAX} notices wait for a room; beyond them the oldest is dropped. A batch is tried
 * {@link #ATTEMPTS_MAX} times with growing pauses and then dropped. Nothing is lost by a drop but time: the room still
 * counts the session, its digest differs, it sends the bucket again and is told then that the session is superseded.
 *
 * <p>Thread-safe. An outbox is guarded by its own monitor; nothing else is called under it but {@link Delay}.
 */
public final class ReplacedNotices implements ReplacedListener {
    static final int PENDING_MAX = 10_000;
    static final int BATCH_MAX = 500;
    static final int ATTEMPTS_MAX = 8;
    static final long GATHER_MS = 2;
    static final long PAUSE_MIN_MS = 100;
    static final long PAUSE_MAX_MS = 5_000;

    private static final Logger log = LoggerFactory.getLogger(ReplacedNotices.class);

    private final RoomCaller rooms;
    private final Delay delay;
    private final RandomGenerator random;
    private final Map<RoomLife, Outbox> outboxes = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();

    public ReplacedNotices(RoomCaller rooms, Delay delay, RandomGenerator random) {
        this.rooms = rooms;
        this.delay = delay;
        this.random = random;
    }

    @Override
    public void onReplaced(
            RoomLife room, String app, String user, long connectionId, String newcomerDevice, boolean moved) {
        outboxes.computeIfAbsent(room, Outbox::new)
                .add(ReplacedEntry.newBuilder()
                        .setApp(app)
                        .setUser(user)
                        .setConnectionId(connectionId)
                        .setNewcomerDevice(newcomerDevice)
                        .setMoved(moved)
                        .build());
    }

    /** The life is over: its notices are void. */
    public void forget(RoomLife room) {
        outboxes.remove(room);
    }

    /** Notices that were given up, since the start. */
    public long droppedCount() {
        return dropped.sum();
    }

    private final class Outbox {
        private final RoomLife room;
        private final ArrayDeque<ReplacedEntry> pending = new ArrayDeque<>();
        /** A batch is gathered, under way or waits for its next attempt. */
        private boolean busy;

        private int attempts;

        Outbox(RoomLife room) {
            this.room = room;
        }

        synchronized void add(ReplacedEntry entry) {
            if (pending.size() == PENDING_MAX) {
                pending.removeFirst();
                dropped.increment();
            }
            pending.addLast(entry);
            if (!busy) {
                busy = true;
                delay.run(GATHER_MS, this::send);
            }
        }

        private void send() {
            ReplacedRequest request = batch();
            if (request != null) {
                rooms.replaced(room.room(), request).whenComplete((answer, failure) -> onAnswer(request, failure));
            }
        }

        private synchronized @Nullable ReplacedRequest batch() {
            if (room.over() || pending.isEmpty()) {
                pending.clear();
                busy = false;
                outboxes.remove(room, this);
                return null;
            }
            ReplacedRequest.Builder request = ReplacedRequest.newBuilder().setIncarnation(room.incarnation());
            while (request.getEntriesCount() < BATCH_MAX && !pending.isEmpty()) {
                request.addEntries(pending.removeFirst());
            }
            return request.build();
        }

        private synchronized void onAnswer(ReplacedRequest request, @Nullable Throwable failure) {
            if (failure == null) {
                attempts = 0;
                delay.run(0, this::send);
                return;
            }
            attempts++;
            if (attempts >= ATTEMPTS_MAX) {
                dropped.add(request.getEntriesCount());
                attempts = 0;
                log.warn(
                        "event=replaced_notices_dropped room={} count={} reason=\"{}\"",
                        room.room(),
                        request.getEntriesCount(),
                        failure.getMessage());
                delay.run(PAUSE_MAX_MS, this::send);
                return;
            }
            putBack(request);
            long pause = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS << attempts);
            delay.run(pause / 2 + random.nextLong(pause / 2 + 1), this::send);
        }

        private void putBack(ReplacedRequest request) {
            for (int i = request.getEntriesCount() - 1; i >= 0; i--) {
                if (pending.size() == PENDING_MAX) {
                    dropped.increment();
                } else {
                    pending.addFirst(request.getEntries(i));
                }
            }
        }
    }
}
