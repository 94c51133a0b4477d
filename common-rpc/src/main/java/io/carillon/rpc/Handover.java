package io.carillon.rpc;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands work from any thread to an event loop, which takes all that has come in one turn.
 *
 * <p>A stack linked through the nodes themselves: a push is one compare-and-set and allocates nothing. Who pushes onto
 * an empty stack wakes the loop; the loop takes the whole stack by one exchange and turns it round, so that nodes come in
 * the order of their push. A node is in one handover at a time, and may be pushed again after it was taken.
 */
final class Handover<N extends Handover.Node<N>> implements Runnable {
    /** What is handed over; the link belongs to the handover. */
    interface Node<N> {
        @Nullable
        N next();

        void next(@Nullable N node);
    }

    private static final Logger log = LoggerFactory.getLogger(Handover.class);

    private final AtomicReference<@Nullable N> top;
    private final EventLoop loop;
    private final Consumer<N> taker;
    private final Runnable turnEnd;

    /** @param turnEnd run once after the nodes of a turn */
    Handover(EventLoop loop, Consumer<N> taker, Runnable turnEnd) {
        this.top = new AtomicReference<>();
        this.loop = loop;
        this.taker = taker;
        this.turnEnd = turnEnd;
    }

    /** Any thread. False where the loop has ended; the node may then never be taken. */
    boolean push(N node) {
        N before;
        do {
            before = top.get();
            node.next(before);
        } while (!top.compareAndSet(before, node));
        if (before == null) {
            try {
                loop.execute(this);
            } catch (RejectedExecutionException ended) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void run() {
        N node = top.getAndSet(null);
        N turned = null;
        while (node != null) {
            N next = node.next();
            node.next(turned);
            turned = node;
            node = next;
        }
        while (turned != null) {
            N next = turned.next();
            turned.next(null);
            take(turned);
            turned = next;
        }
        turnEnd.run();
    }

    /** One node that fails must not take the others of its turn with it. */
    private void take(N node) {
        try {
            taker.accept(node);
        } catch (RuntimeException e) {
            log.error("rpc turn failed", e);
        }
    }
}
