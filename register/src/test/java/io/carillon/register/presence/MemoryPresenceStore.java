package io.carillon.register.presence;

import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresenceEvent;
import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresencePutResponse;
import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceReportedResponse;
import io.carillon.contract.PresenceRow;
import io.carillon.runtime.bucket.Buckets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** saver's rows in memory, by the contract's rule. */
final class MemoryPresenceStore implements PresenceStore {
    final Map<String, PresenceRow> rows = new HashMap<>();
    /** {@code user online|offline}, in order. */
    final List<String> events = new ArrayList<>();

    final List<PresenceEvent> told = new ArrayList<>();
    boolean away;
    int puts;
    /** Of rows that were asked for. */
    int pages;

    @Override
    public CompletableFuture<PresencePutResponse> put(PresencePutRequest request) {
        puts++;
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("away"));
        }
        PresencePutResponse.Builder response = PresencePutResponse.newBuilder();
        request.getChangesList().forEach(change -> response.addRows(apply(change)));
        return CompletableFuture.completedFuture(response.build());
    }

    private PresenceRow apply(PresenceChange change) {
        PresenceRow row = rows.getOrDefault(
                change.getUser(),
                PresenceRow.newBuilder()
                        .setApp(change.getApp())
                        .setUser(change.getUser())
                        .build());
        PresenceEvent event = change.getEvent();
        if (event.getVersion() > row.getVersion() && (event.getOnline() || rows.containsKey(change.getUser()))) {
            if (event.getOnline() != row.getOnline()) {
                events.add(change.getUser() + (event.getOnline() ? " online" : " offline"));
                told.add(event);
            }
            row = row.toBuilder()
                    .setOnline(event.getOnline())
                    .setVersion(event.getVersion())
                    .build();
            rows.put(change.getUser(), row);
        }
        return row;
    }

    @Override
    public CompletableFuture<PresenceReportedResponse> reported(PresenceReportedRequest request) {
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("away"));
        }
        List<PresenceRow> found = rows.values().stream()
                .filter(row -> row.getOnline()
                        && request.getBucketsList().contains(bucket(row))
                        && (bucket(row) > request.getAfterBucket()
                                || (bucket(row) == request.getAfterBucket()
                                        && (row.getApp() + '\0' + row.getUser())
                                                        .compareTo(
                                                                request.getAfterApp() + '\0' + request.getAfterUser())
                                                > 0)))
                .sorted(Comparator.comparing(MemoryPresenceStore::bucket)
                        .thenComparing(PresenceRow::getApp)
                        .thenComparing(PresenceRow::getUser))
                .toList();
        List<PresenceRow> page = found.subList(0, Math.min(request.getLimit(), found.size()));
        pages++;
        return CompletableFuture.completedFuture(PresenceReportedResponse.newBuilder()
                .addAllRows(page)
                .setMore(page.size() < found.size())
                .build());
    }

    private static int bucket(PresenceRow row) {
        return Buckets.of(row.getApp(), row.getUser());
    }
}
