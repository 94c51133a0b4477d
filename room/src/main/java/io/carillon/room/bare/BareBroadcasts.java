package io.carillon.room.bare;

import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastsOfApp;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.room.broadcast.BroadcastStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The lists of broadcasts that saver would keep, made of the orders that come to the room: an order stands in its app's
 * list before the room is told of it. Counts are not kept. Thread-safe.
 */
final class BareBroadcasts implements BroadcastStore {
    /** Of an app; the oldest fall out, as if they had expired. */
    static final int LISTED_MAX = 64;

    private final Map<String, Shelf> shelves = new HashMap<>();
    private final List<Poll> polls = new ArrayList<>();

    private record Poll(BroadcastsRequest request, CompletableFuture<BroadcastsResponse> answer) {}

    private static final class Shelf {
        private final ArrayDeque<Broadcast> broadcasts = new ArrayDeque<>();
        private long version = 1;
        private long newest;
    }

    /** Takes what an order brings into the lists. */
    void onOrder(BroadcastOrderRequest request) {
        List<Poll> answerable = new ArrayList<>();
        synchronized (this) {
            for (BroadcastOrder order : request.getOrdersList()) {
                if (order.hasRecord()) {
                    add(order.getRecord());
                }
            }
            polls.removeIf(poll -> {
                boolean news = newsFor(poll.request).getListingsCount() > 0;
                if (news) {
                    answerable.add(poll);
                }
                return news || poll.answer.isDone();
            });
        }
        answerable.forEach(this::answer);
    }

    private void answer(Poll poll) {
        BroadcastsResponse news;
        synchronized (this) {
            news = newsFor(poll.request);
        }
        poll.answer.complete(news);
    }

    private void add(Broadcast broadcast) {
        Shelf shelf = shelves.computeIfAbsent(broadcast.getSpec().getApp(), any -> new Shelf());
        if (broadcast.getBseq() <= shelf.newest) {
            return;
        }
        shelf.newest = broadcast.getBseq();
        shelf.version++;
        shelf.broadcasts.add(broadcast);
        if (shelf.broadcasts.size() > LISTED_MAX) {
            shelf.broadcasts.remove();
        }
    }

    private BroadcastsResponse newsFor(BroadcastsRequest request) {
        BroadcastsResponse.Builder response = BroadcastsResponse.newBuilder();
        for (BroadcastsOfApp app : request.getAppsList()) {
            Shelf shelf = shelves.computeIfAbsent(app.getApp(), any -> new Shelf());
            if (shelf.version > app.getVersion()) {
                response.addListings(BroadcastListing.newBuilder()
                        .setApp(app.getApp())
                        .setVersion(shelf.version)
                        .addAllBroadcasts(shelf.broadcasts)
                        .setNewestBseq(shelf.newest));
            }
        }
        return response.build();
    }

    @Override
    public CompletableFuture<BroadcastsResponse> lists(BroadcastsRequest request, Duration timeout) {
        synchronized (this) {
            BroadcastsResponse news = newsFor(request);
            if (news.getListingsCount() > 0 || request.getWaitMs() == 0) {
                return CompletableFuture.completedFuture(news);
            }
            CompletableFuture<BroadcastsResponse> answer = new CompletableFuture<BroadcastsResponse>()
                    .completeOnTimeout(
                            BroadcastsResponse.getDefaultInstance(), request.getWaitMs(), TimeUnit.MILLISECONDS);
            polls.removeIf(poll -> poll.answer.isDone());
            polls.add(new Poll(request, answer));
            return answer;
        }
    }

    @Override
    public CompletableFuture<BroadcastCountsResponse> counts(BroadcastCountsRequest request, Duration timeout) {
        return CompletableFuture.completedFuture(BroadcastCountsResponse.getDefaultInstance());
    }
}
