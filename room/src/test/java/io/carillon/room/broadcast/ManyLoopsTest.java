package io.carillon.room.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastOrderResponse;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.TaskState;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryLimits;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.loop.VirtualLoop;
import io.carillon.room.registration.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One broadcast over loops that have different numbers of connections. */
class ManyLoopsTest {
    private static final Duration STEP = Duration.ofMillis(5);

    private final BroadcastWorld saver = new BroadcastWorld();
    private final List<VirtualLoop> loops = List.of(new VirtualLoop(0), new VirtualLoop(1), new VirtualLoop(2));
    private final List<Device> devices = new ArrayList<>();
    private final BroadcastDesk desk = new BroadcastDesk(
            loops.getFirst(),
            BroadcastLimits.defaults(),
            BroadcastWorld.ROOM,
            saver,
            (ban, then) -> false,
            new NoCounters());

    /** The connections of one loop. */
    private static final class Seats implements BindingSlots {
        final List<Binding> bindings = new ArrayList<>();

        @Override
        public int slots() {
            return bindings.size();
        }

        @Override
        public void forEach(int slot, Consumer<Binding> action) {
            action.accept(bindings.get(slot));
        }

        @Override
        public void kick(Binding binding, ProtocolCode code, String reason) {}
    }

    private Runnable fill(VirtualLoop loop, int count) {
        BroadcastLoop broadcasts = desk.newLoop(loop);
        Seats seats = new Seats();
        broadcasts.attach(seats);
        DeliveryLoop delivery =
                new DeliveryLoop(loop, DeliveryLimits.defaults(), saver, broadcasts, "room-1", bound -> 0);
        Runnable login = () -> {
            int i = seats.bindings.size();
            Device device = new Device();
            Session session =
                    new Session(BroadcastWorld.APP, loop.index() + "-" + i, i, "device", "wifi", loop.nowNs());
            Binding binding = new Binding(session, 0, device, delivery);
            seats.bindings.add(binding);
            devices.add(device);
            broadcasts.opened(binding, BroadcastCursor.newBuilder().setFloor(1).build(), false);
        };
        for (int i = 0; i < count; i++) {
            login.run();
        }
        return login;
    }

    private void pass(long ms) {
        for (long passed = 0; passed < ms; passed += STEP.toMillis()) {
            loops.forEach(loop -> loop.pass(STEP));
        }
    }

    private BroadcastOrderResponse order(Broadcast broadcast, double rate) {
        CompletableFuture<BroadcastOrderResponse> answer = desk.order(BroadcastOrderRequest.newBuilder()
                .setIncarnation(BroadcastWorld.ROOM.getIncarnation())
                .addOrders(BroadcastOrder.newBuilder()
                        .setBroadcast(broadcast.getSpec().getId())
                        .setLeaseNumber(1)
                        .setWanted(BroadcastState.BROADCAST_STATE_RUNNING)
                        .setRatePerSecond(rate)
                        .setRecord(broadcast))
                .build());
        loops.forEach(VirtualLoop::run);
        return answer.join();
    }

    private long received() {
        return devices.stream().filter(device -> !device.received.isEmpty()).count();
    }

    @Test
    void holdsItsRateOverAllLoopsUntilTheLastIsThrough() {
        fill(loops.get(0), 100);
        fill(loops.get(1), 4_000);
        fill(loops.get(2), 1_900);
        desk.start();
        pass(100);
        Broadcast broadcast = saver.broadcast(10).build();
        saver.list(broadcast, BroadcastState.BROADCAST_STATE_RUNNING);
        pass(100);
        order(broadcast, 400);
        long before = received();
        pass(10_000);
        assertThat(received() - before).isBetween(3_800L, 4_200L);
        assertThat(order(broadcast, 400).getResults(0).getLeft()).isBetween(1_800L, 2_200L);
        pass(6_000);
        assertThat(received()).isEqualTo(6_000);
        assertThat(order(broadcast, 400).getResults(0).getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(devices).allSatisfy(device -> {
            assertThat(device.received).containsExactly(10L);
            assertThat(device.floors).containsExactly(10L);
        });
    }

    @Test
    void holdsItsRateForLoginsOnALoopThatIsThroughBeforeTheOthers() {
        Runnable login = fill(loops.get(0), 10);
        fill(loops.get(1), 4_000);
        fill(loops.get(2), 1_000);
        desk.start();
        pass(100);
        Broadcast broadcast = saver.broadcast(10).build();
        saver.list(broadcast, BroadcastState.BROADCAST_STATE_RUNNING);
        pass(100);
        order(broadcast, 400);
        pass(5_000);
        long before = received();
        for (int i = 0; i < 1_000; i++) {
            login.run();
            pass(5);
        }
        pass(5_000);
        assertThat(received() - before).isBetween(3_800L, 4_200L);
        pass(5_000);
        assertThat(received()).isEqualTo(6_010);
        assertThat(devices).allSatisfy(device -> assertThat(device.received).containsExactly(10L));
    }
}
