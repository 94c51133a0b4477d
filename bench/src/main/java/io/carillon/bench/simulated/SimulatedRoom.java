package io.carillon.bench.simulated;

import com.google.protobuf.StringValue;
import io.carillon.room.RoomConfig;
import io.carillon.room.RoomServer;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcServer;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.node.Service;
import io.carillon.runtime.node.ServiceMain;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A bare room with simulated devices in its process, which the load tool controls over the room's own RPC. */
public final class SimulatedRoom implements Service {
    /** Takes a task and answers it, both JSON; see {@link DeviceTasks}. */
    static final RpcMethod<StringValue, StringValue> CONTROL =
            new RpcMethod<>(0xFB01, "bench.simulated", StringValue.parser(), StringValue.parser(), false);

    private final RoomServer room;
    private final ExecutorService control = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("control").daemon().factory());
    private final DeviceTasks tasks;

    private SimulatedRoom(NodeRuntime runtime, RoomServer room) {
        this.room = room;
        this.tasks = new DeviceTasks(room.entrance(), runtime.loops());
    }

    @Override
    public void register(RpcServer.Builder rpc) {
        room.register(rpc);
        rpc.handle(
                CONTROL,
                (request, call) -> CompletableFuture.supplyAsync(
                        () -> StringValue.of(tasks.perform(request.getValue())), control));
    }

    @Override
    public void start() throws Exception {
        room.start();
    }

    @Override
    public boolean ready() {
        return room.ready();
    }

    @Override
    public void stop(Duration limit) throws InterruptedException {
        control.shutdownNow();
        tasks.close();
        room.stop(limit);
    }

    public static void main(String[] args) {
        ServiceMain.run(
                "room",
                RoomConfig.class,
                args,
                (runtime, config) -> new SimulatedRoom(runtime, new RoomServer(runtime, config)));
    }
}
