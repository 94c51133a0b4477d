package io.carillon.sdk.route;

import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.link.Link;
import io.carillon.sdk.link.LinkListener;
import io.carillon.sdk.link.LinkOpener;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.Cancellable;
import io.carillon.sdk.platform.Timers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tries addresses one after the other without waiting for each to fail (RFC 8305): the first that is open wins, the others
 * are closed. Confined to its client's thread.
 */
public final class Race {
    private static final int IN_FLIGHT_MAX = 3;
    private static final long ATTEMPT_MS_MAX = 10_000;
    private static final long RACE_MS_MAX = 30_000;
    private static final int SAMPLE = 3;
    private static final int REFUSALS_OF_SAMPLE_MAX = 2;

    private final Timers timers;
    private final Executor thread;
    private final LinkOpener opener;
    private final List<Endpoint> order;
    private final long paceMs;
    private final Outcome outcome;
    private final List<Attempt> inFlight = new ArrayList<>();
    private final List<RoomAddress> failed = new ArrayList<>();
    private final List<Cancellable> timeouts = new ArrayList<>();
    private @Nullable Cancellable nextStart;
    private int started;
    private int ended;
    private int refusals;
    private boolean over;

    /** Told how it ended, once. */
    public interface Outcome {
        /** The link is open and the receiver's own; it has to listen to it at once. */
        void onWinner(Endpoint endpoint, Link link, long connectMs, List<RoomAddress> failed);

        /** Nobody was reached. */
        void onLost(List<RoomAddress> failed);
    }

    /**
     * A race over {@code order}.
     *
     * @param paceMs how long an attempt runs alone before the next starts beside it
     */
    public Race(Timers timers, Executor thread, LinkOpener opener, List<Endpoint> order, long paceMs, Outcome outcome) {
        this.timers = timers;
        this.thread = thread;
        this.opener = opener;
        this.order = new ArrayList<>(order);
        this.paceMs = paceMs;
        this.outcome = outcome;
    }

    public void start() {
        timeouts.add(after(RACE_MS_MAX, this::lose));
        startNext();
    }

    /** Ends it; nobody is told. */
    public void cancel() {
        over = true;
        for (Cancellable timeout : timeouts) {
            timeout.cancel();
        }
        if (nextStart != null) {
            nextStart.cancel();
        }
        for (Attempt attempt : inFlight) {
            attempt.close();
        }
        inFlight.clear();
    }

    private void startNext() {
        if (over) {
            return;
        }
        if (nextStart != null) {
            nextStart.cancel();
            nextStart = null;
        }
        if (started == order.size() || inFlight.size() == IN_FLIGHT_MAX) {
            return;
        }
        Attempt attempt = new Attempt(order.get(started++));
        inFlight.add(attempt);
        attempt.link = opener.open(attempt.endpoint, attempt);
        timeouts.add(after(ATTEMPT_MS_MAX, () -> attempt.onTimeout()));
        nextStart = after(paceMs, this::startNext);
    }

    private void onEnded(Attempt attempt, boolean refused) {
        inFlight.remove(attempt);
        failed.add(attempt.endpoint.room());
        ended++;
        refusals += refused && ended <= SAMPLE ? 1 : 0;
        boolean networkDown = ended >= SAMPLE && refusals >= REFUSALS_OF_SAMPLE_MAX;
        if (inFlight.isEmpty() && (started == order.size() || networkDown)) {
            lose();
        } else if (!networkDown) {
            startNext();
        }
    }

    private void lose() {
        if (!over) {
            for (Attempt attempt : inFlight) {
                failed.add(attempt.endpoint.room());
            }
            cancel();
            outcome.onLost(failed);
        }
    }

    private Cancellable after(long delayMs, Runnable task) {
        return timers.schedule(
                () -> thread.execute(() -> {
                    if (!over) {
                        task.run();
                    }
                }),
                TimeUnit.MILLISECONDS.toNanos(delayMs));
    }

    /** One address on its way. */
    private final class Attempt implements LinkListener {
        final Endpoint endpoint;
        final long startedNs = timers.nanoTime();

        @Nullable
        Link link;

        Attempt(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void onOpen() {
            Link won = link;
            if (over || won == null) {
                return;
            }
            inFlight.remove(this);
            cancel();
            long connectMs = TimeUnit.NANOSECONDS.toMillis(timers.nanoTime() - startedNs);
            outcome.onWinner(endpoint, won, connectMs, failed);
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            // A room says nothing before CONNECT.
        }

        @Override
        public void onClosed(String reason, boolean refused) {
            if (!over) {
                onEnded(this, refused);
            }
        }

        void onTimeout() {
            if (inFlight.contains(this)) {
                close();
                onEnded(this, false);
            }
        }

        void close() {
            if (link != null) {
                link.close();
            }
        }
    }
}
