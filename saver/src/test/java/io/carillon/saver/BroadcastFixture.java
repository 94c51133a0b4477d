package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastChange;
import io.carillon.contract.BroadcastChangeRequest;
import io.carillon.contract.BroadcastChangeResponse;
import io.carillon.contract.BroadcastCount;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastGetRequest;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastPutRequest;
import io.carillon.contract.BroadcastPutResponse;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.BroadcastsOfApp;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.Task;
import io.carillon.contract.TaskReport;
import io.carillon.contract.TaskState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An app's broadcasts as rooms and centers see them. */
final class BroadcastFixture {
    final String app;
    private final SaverFixture saver;
    List<NodeRef> rooms = new ArrayList<>(List.of(room("room-1", 1), room("room-2", 1)));
    List<String> centers = List.of("c1", "c2");
    long leaseMs = 60_000;

    BroadcastFixture(SaverFixture saver, String app) {
        this.saver = saver;
        this.app = app;
    }

    static NodeRef room(String name, long incarnation) {
        return NodeRef.newBuilder().setName(name).setIncarnation(incarnation).build();
    }

    BroadcastSpec.Builder spec(String payload) {
        return BroadcastSpec.newBuilder()
                .setId(SaverFixture.newId())
                .setApp(app)
                .setPayload(ByteString.copyFromUtf8(payload))
                .setExtension(ByteString.copyFromUtf8("extension"))
                .setTtlMs(600_000);
    }

    ByteString put(String payload) {
        return put(spec(payload));
    }

    ByteString put(BroadcastSpec.Builder spec) {
        BroadcastPutResponse response = putting(spec);
        if (!response.getCreated()) {
            throw new IllegalStateException(response.toString());
        }
        return spec.getId();
    }

    BroadcastPutResponse putting(BroadcastSpec.Builder spec) {
        return get(saver.saver
                .broadcasts()
                .put(BroadcastPutRequest.newBuilder().setSpec(spec).build()));
    }

    List<Task> tick(String center, TaskReport... reports) {
        return tick(center, Arrays.asList(reports));
    }

    List<Task> tick(String center, List<TaskReport> reports) {
        return get(saver.saver
                        .ticks()
                        .tick(BroadcastTickRequest.newBuilder()
                                .setCenter(room(center, 1))
                                .addAllCenters(centers)
                                .addAllRooms(rooms)
                                .addAllReports(reports)
                                .setLeaseMs(leaseMs)
                                .build()))
                .getTasksList();
    }

    /** Says that all of it is done. */
    void finish(String center, List<Task> tasks) {
        tick(
                center,
                tasks.stream()
                        .map(task -> report(task, TaskState.TASK_STATE_DONE).build())
                        .toList());
    }

    static TaskReport.Builder report(Task task, TaskState state) {
        return TaskReport.newBuilder().setTask(task.getKey()).setState(state);
    }

    BroadcastChangeResponse change(ByteString id, BroadcastChange change) {
        return get(saver.saver
                .broadcasts()
                .change(BroadcastChangeRequest.newBuilder()
                        .setApp(app)
                        .setId(id)
                        .setChange(change)
                        .build()));
    }

    Broadcast of(ByteString id) {
        return get(saver.saver
                        .broadcasts()
                        .get(BroadcastGetRequest.newBuilder()
                                .setApp(app)
                                .setId(id)
                                .build()))
                .getBroadcast();
    }

    void count(NodeRef room, ByteString id, long targeted, long written, long acked) {
        get(saver.saver
                .broadcasts()
                .counts(BroadcastCountsRequest.newBuilder()
                        .setRoom(room)
                        .addCounts(BroadcastCount.newBuilder()
                                .setId(id)
                                .setTargeted(targeted)
                                .setWritten(written)
                                .setAcked(acked))
                        .build()));
    }

    CompletableFuture<BroadcastsResponse> ask(long version, long waitMs) {
        return saver.saver
                .listings()
                .broadcasts(BroadcastsRequest.newBuilder()
                        .addApps(BroadcastsOfApp.newBuilder().setApp(app).setVersion(version))
                        .setWaitMs(waitMs)
                        .build());
    }

    BroadcastListing listing() {
        return get(ask(0, 0)).getListings(0);
    }
}
