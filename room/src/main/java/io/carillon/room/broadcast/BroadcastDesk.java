package io.carillon.room.broadcast;

import io.carillon.contract.AudienceCountRequest;
import io.carillon.contract.AudienceCountResponse;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastOrderResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.room.loop.Loop;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Broadcasts in this room, over all its loops. The desk lives on one loop: it takes center's orders, follows saver's
 * lists, and hands each app's list to every loop as an immutable snapshot. A loop walks by itself, counts into what the
 * desk reads, and says nothing back but which apps have bindings on it.
 *
 * <p>The public methods may be called from any thread, and never block.
 */
public final class BroadcastDesk implements BroadcastLoop.Follower {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long FORGET_NS = TimeUnit.MINUTES.toNanos(1);
    private static final int CENSUSES_MAX = 16;

    private final Loop loop;
    private final BroadcastLimits limits;
    private final NodeRef self;
    private final KickBans bans;
    private final BroadcastCounters counters;
    private final List<BroadcastLoop> loops = new ArrayList<>();
    private final Lists lists;
    private final Runs runs;
    private final ListPoll poll;
    private final CountReports counts;
    private final Steps steps;
    private final AtomicInteger censuses = new AtomicInteger();
    private boolean stopped;
    private volatile int walked;

    /** @param loop where the desk lives */
    public BroadcastDesk(
            Loop loop,
            BroadcastLimits limits,
            NodeRef self,
            BroadcastStore store,
            KickBans bans,
            BroadcastCounters counters) {
        this.loop = loop;
        this.limits = limits;
        this.self = self;
        this.bans = bans;
        this.counters = counters;
        this.steps = new Steps(limits.ledgerOneIn(), counters);
        this.lists = new Lists(limits, this::publish);
        this.runs = new Runs(loop, limits, self.getName(), lists, loops, steps);
        this.poll = new ListPoll(loop, limits, store, lists, this::onListing);
        this.counts = new CountReports(loop, limits, self, store, lists, steps);
    }

    /** The part of one event loop, by its index in turn; all of them before {@link #start}. */
    public BroadcastLoop newLoop(Loop of) {
        BroadcastLoop added = new BroadcastLoop(of, limits, this, bans, counters, steps);
        loops.add(added);
        return added;
    }

    public void start() {
        loop.execute(() -> {
            every(TICK_NS, () -> {
                runs.shareOut();
                walked = runs.active();
            });
            every(limits.countInterval().toNanos(), () -> {
                counts.send();
                lists.sweep(loop.wallMs());
                runs.sweep(loop.wallMs());
            });
            every(FORGET_NS, lists::forgetUseless);
            every(limits.askAgainAfter().toNanos(), poll::askAgain);
        });
    }

    public void stop() {
        loop.execute(() -> {
            stopped = true;
            counts.send();
            poll.stop();
        });
    }

    /** Broadcasts that are ordered and not done; a moment old. */
    public int walked() {
        return walked;
    }

    /** Bindings that wait for their turn to be caught up; a moment old. */
    public int catchingUp() {
        return loops.stream().mapToInt(BroadcastLoop::waiting).sum();
    }

    private void every(long intervalNs, Runnable task) {
        loop.after(intervalNs, () -> {
            if (!stopped) {
                task.run();
                every(intervalNs, task);
            }
        });
    }

    private void publish(AppList list) {
        loops.forEach(on -> on.loop().execute(() -> on.adopt(list)));
    }

    private void onListing(BroadcastListing listing) {
        lists.onListing(listing, loop.nowNs(), loop.wallMs());
    }

    @Override
    public void follow(String app, int of) {
        loop.execute(() -> {
            Shelf shelf = lists.shelf(app);
            boolean first = shelf.followers.isEmpty();
            shelf.followers.set(of);
            if (first) {
                poll.followed();
            }
            if (shelf.known) {
                AppList list = shelf.list();
                BroadcastLoop on = loops.get(of);
                on.loop().execute(() -> on.adopt(list));
            }
        });
    }

    @Override
    public void unfollow(String app, int of) {
        loop.execute(() -> lists.shelf(app).followers.clear(of));
    }

    /** What center wants of this room; idempotent by (broadcast, incarnation). */
    public CompletableFuture<BroadcastOrderResponse> order(BroadcastOrderRequest request) {
        CompletableFuture<BroadcastOrderResponse> answer = new CompletableFuture<>();
        loop.execute(() -> {
            BroadcastOrderResponse.Builder response = BroadcastOrderResponse.newBuilder();
            for (BroadcastOrder order : request.getOrdersList()) {
                response.addResults(
                        request.getIncarnation() == self.getIncarnation()
                                ? runs.take(order)
                                : OrderResult.newBuilder()
                                        .setOutcome(OrderOutcome.ORDER_OUTCOME_GONE)
                                        .build());
            }
            answer.complete(response.build());
        });
        return answer;
    }

    /**
     * How many bindings an audience has here now. Users whose tags no load has brought yet are in no audience with tags.
     *
     * @return fails with OVERLOADED where too many are counted at a time
     */
    public CompletableFuture<AudienceCountResponse> count(AudienceCountRequest request) {
        List<String> rooms = request.getAudience().getRoomsList();
        if (!rooms.isEmpty() && !rooms.contains(self.getName())) {
            return CompletableFuture.completedFuture(AudienceCountResponse.getDefaultInstance());
        }
        if (censuses.incrementAndGet() > CENSUSES_MAX) {
            censuses.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new RpcException(RpcStatus.OVERLOADED, "audiences counted at a time: " + CENSUSES_MAX));
        }
        Filter filter = new Filter(request.getAudience());
        CompletableFuture<Long> sum = CompletableFuture.completedFuture(0L);
        for (BroadcastLoop on : loops) {
            CompletableFuture<Long> part = new CompletableFuture<>();
            on.loop().execute(() -> on.count(request.getApp(), filter, part));
            sum = sum.thenCombine(part, Long::sum);
        }
        return sum.thenApply(bindings -> {
            censuses.decrementAndGet();
            return AudienceCountResponse.newBuilder().setBindings(bindings).build();
        });
    }
}
