package io.carillon.bench.worker;

import io.carillon.bench.check.BroadcastCheck;
import io.carillon.bench.check.TestMessage;
import io.carillon.bench.check.UnicastCheck;
import io.carillon.bench.load.Latencies;
import io.carillon.bench.wire.LinkEvents;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What devices of a process see, checked and timed. Thread-safe. */
final class DevicesOfWorker implements LinkEvents {
    final UnicastCheck unicasts = new UnicastCheck();
    final BroadcastCheck broadcasts;
    final Latencies logins = new Latencies();
    final Latencies unicastLatencies = new Latencies();
    final Latencies broadcastLatencies = new Latencies();
    final Latencies uplinkLatencies = new Latencies();
    final LongAdder loginCount = new LongAdder();
    final LongAdder uplinksTaken = new LongAdder();
    final LongAdder strange = new LongAdder();
    private final int run;
    private final int worker;
    private final AtomicLongArray handles;

    DevicesOfWorker(WorkerSetup setup, BroadcastCheck.Listener onBroadcast) {
        this.run = setup.run();
        this.worker = setup.worker();
        this.handles = new AtomicLongArray(setup.devices());
        this.broadcasts = new BroadcastCheck(setup.devices(), setup.broadcastDevices(), onBroadcast);
    }

    long handle(int device) {
        return handles.get(device);
    }

    @Override
    public void connected(int device, long handle, long sinceNs) {
        handles.set(device, handle);
        loginCount.increment();
        logins.record(sinceNs);
    }

    @Override
    public void delivered(int device, ByteBuf in, int index, int length) {
        if (!TestMessage.isOf(run, in, index, length)) {
            strange.increment();
            return;
        }
        long nowNs = System.nanoTime();
        long number = TestMessage.number(in, index);
        int meant = TestMessage.device(in, index);
        if (meant == TestMessage.ALL) {
            if (broadcasts.onArrived(number, device, nowNs)) {
                broadcastLatencies.record(nowNs - TestMessage.dueNs(in, index));
            }
        } else if (TestMessage.worker(in, index) != worker) {
            unicasts.onArrived(-1, meant, device);
        } else {
            int offset = device - meant;
            boolean ours = offset >= 0 && offset < TestMessage.span(in, index);
            if (unicasts.onArrived(number + offset, ours ? device : meant, device)) {
                unicastLatencies.record(nowNs - TestMessage.dueNs(in, index));
            }
        }
    }

    @Override
    public void uplinked(int device, long dueNs) {
        uplinksTaken.increment();
        uplinkLatencies.record(System.nanoTime() - dueNs);
    }

    @Override
    public void lost(int device, String reason) {}
}
