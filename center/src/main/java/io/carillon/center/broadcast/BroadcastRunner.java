package io.carillon.center.broadcast;

import io.carillon.center.app.DeliveryShares;
import io.carillon.center.fleet.Fleet;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.BroadcastOrderResponse;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.BroadcastTickResponse;
import io.carillon.contract.NodeRef;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs this center's share of all broadcasts: a tick asks saver what to do, the rooms are told, and what they answer goes
 * with the next tick. Ticks carry what batches want of their apps' ceilings as well, and bring what they get.
 *
 * <p>Orders follow only an answered tick, so a center that lost the stores lets its leases run out in silence; and rooms
 * refuse a lower lease number than they have seen, so one that was stopped and goes on does no harm either. One tick is
 * under way at a time, and one call to each room. Nothing is kept over a restart: leases run out, and others go on.
 * Thread-safe: the book is guarded by {@code this}; calls are made outside of it.
 */
public final class BroadcastRunner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BroadcastRunner.class);

    private final Fleet fleet;
    private final SaverClient savers;
    private final NodeRef self;
    private final RunBounds bounds;
    private final ScheduledExecutorService scheduler;
    private final LongSupplier nanoTime;
    private final DeliveryShares batches;
    private final RunListener listener;
    private final TaskBook book;
    private volatile boolean closed;
    // One tick at a time reads and writes it.
    private volatile boolean failing;

    /**
     * @param savers whose attempts end well within a lease
     * @param nanoTime monotonic
     * @param batches whose part of the ceilings comes with the ticks
     */
    public BroadcastRunner(
            Fleet fleet,
            SaverClient savers,
            NodeRef self,
            RunBounds bounds,
            ScheduledExecutorService scheduler,
            LongSupplier nanoTime,
            DeliveryShares batches,
            RunListener listener) {
        this.fleet = fleet;
        this.savers = savers;
        this.self = self;
        this.bounds = bounds;
        this.scheduler = scheduler;
        this.nanoTime = nanoTime;
        this.batches = batches;
        this.listener = listener;
        book = new TaskBook(bounds);
    }

    public void start() {
        next(bounds.interval().toNanos());
    }

    /** Ticks no more: the leases run out. */
    @Override
    public void close() {
        closed = true;
    }

    /** Tasks that are this center's own. */
    public synchronized int tasks() {
        return book.size();
    }

    private void next(long delayNs) {
        if (closed) {
            return;
        }
        try {
            scheduler.schedule(this::tick, Math.max(0, delayNs), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            log.debug("no more ticks: the process stops");
        }
    }

    private void tick() {
        if (closed) {
            return;
        }
        long startedNs = nanoTime.getAsLong();
        savers.ask(SaverMethods.BROADCAST_TICK, request(startedNs))
                .thenAccept(answer -> onTicked(answer, startedNs))
                .whenComplete((ignored, failure) -> {
                    onEnd(failure);
                    next(bounds.interval().toNanos() - (nanoTime.getAsLong() - startedNs));
                });
    }

    private synchronized BroadcastTickRequest request(long nowNs) {
        return BroadcastTickRequest.newBuilder()
                .setCenter(self)
                .addAllCenters(fleet.centerNames())
                .addAllRooms(fleet.rooms())
                .addAllReports(book.reports(nowNs))
                .setLeaseMs(bounds.lease().toMillis())
                .addAllBatches(batches.demands())
                .build();
    }

    private void onEnd(@Nullable Throwable failure) {
        if (failure != null) {
            listener.onTickFailed();
        }
        if (failure != null && !failing) {
            log.warn("broadcasts do not move from here, trying on cause={}", failure.toString());
        } else if (failure == null && failing) {
            log.info("broadcasts move again from here");
        }
        failing = failure != null;
    }

    private void onTicked(BroadcastTickResponse answer, long askedAtNs) {
        batches.adopt(answer.getBatchesList(), askedAtNs);
        List<RoomOrders> orders;
        synchronized (this) {
            book.adopt(answer, nanoTime.getAsLong());
            orders = closed ? List.of() : book.orders();
        }
        orders.forEach(this::send);
    }

    private void send(RoomOrders orders) {
        RpcPeer room = fleet.room(orders.room().getName());
        CompletableFuture<BroadcastOrderResponse> answer = room == null
                ? CompletableFuture.failedFuture(
                        new RpcException(RpcStatus.NOT_CONNECTED, orders.room().getName() + " is not known"))
                : room.call(RoomMethods.BROADCAST_ORDER, orders.request(), bounds.callTimeout());
        answer.whenComplete((response, failure) -> {
            if (failure != null) {
                listener.onOrderFailed();
                log.debug("room={} took no orders cause={}", orders.room().getName(), failure.toString());
            }
            synchronized (this) {
                book.onResults(orders, response == null ? null : response.getResultsList(), nanoTime.getAsLong());
            }
        });
    }
}
