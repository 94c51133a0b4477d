package io.carillon.runtime.metrics;

import io.carillon.rpc.HelloRefusal;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcObserver;
import io.carillon.rpc.RpcStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Brings what the RPC tells into the registry. Timers are looked up once for each method and status. Thread-safe. */
public final class RpcMeters implements RpcObserver {
    private static final int STATUS_WIRE_MAX =
            Arrays.stream(RpcStatus.values()).mapToInt(RpcStatus::wire).max().orElse(0);

    private final MeterRegistry registry;
    private final Map<RpcMethod<?, ?>, @Nullable Timer[]> made = new ConcurrentHashMap<>();
    private final Map<RpcMethod<?, ?>, @Nullable Timer[]> served = new ConcurrentHashMap<>();

    public RpcMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void onCallFinished(RpcMethod<?, ?> method, @Nullable RpcStatus status, long elapsedNs) {
        record(made, RuntimeMetric.RPC_CALLS, method, status, elapsedNs);
    }

    @Override
    public void onCallRefused(RpcMethod<?, ?> method, RpcStatus status) {
        record(made, RuntimeMetric.RPC_CALLS, method, status, 0);
    }

    @Override
    public void onRequestFinished(RpcMethod<?, ?> method, @Nullable RpcStatus status, long elapsedNs) {
        record(served, RuntimeMetric.RPC_SERVED, method, status, elapsedNs);
    }

    @Override
    public void onRequestRefused(RpcMethod<?, ?> method, RpcStatus status) {
        record(served, RuntimeMetric.RPC_SERVED, method, status, 0);
    }

    @Override
    public void onConnected(String peer, boolean again) {
        if (again) {
            RuntimeMetric.RPC_RECONNECTS.counter(registry, "peer", peer).increment();
        }
    }

    @Override
    public void onHelloRefused(HelloRefusal reason) {
        RuntimeMetric.RPC_HELLO_REFUSED
                .counter(registry, "reason", reason.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    private void record(
            Map<RpcMethod<?, ?>, @Nullable Timer[]> timers,
            Metric metric,
            RpcMethod<?, ?> method,
            @Nullable RpcStatus status,
            long elapsedNs) {
        @Nullable Timer[] byStatus = timers.computeIfAbsent(method, any -> new Timer[STATUS_WIRE_MAX + 1]);
        int index = status == null ? 0 : status.wire();
        Timer timer = byStatus[index];
        if (timer == null) {
            // Benign race: the registry hands both threads the same timer.
            String label = status == null ? "ok" : status.label();
            timer = Timer.builder(metric.id())
                    .description(metric.description())
                    .tags("method", method.name(), "status", label)
                    .register(registry);
            byStatus[index] = timer;
        }
        timer.record(elapsedNs, TimeUnit.NANOSECONDS);
    }
}
