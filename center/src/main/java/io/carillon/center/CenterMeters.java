package io.carillon.center;

import io.carillon.center.broadcast.RunListener;
import io.carillon.center.http.ApiListener;
import io.carillon.center.message.PostListener;
import io.carillon.center.message.ScheduleListener;
import io.carillon.center.message.ScheduledFate;
import io.carillon.center.message.UserAnswer;
import io.carillon.center.route.RouteFate;
import io.carillon.center.route.RouteListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Counts what center does. Thread-safe; what it counted before is found without the registry's own look-up. */
final class CenterMeters implements RouteListener, ApiListener, PostListener, ScheduleListener, RunListener {
    private final MeterRegistry registry;
    private final ConcurrentMap<Object, Counter> counters = new ConcurrentHashMap<>();
    // Bounded by the routes and HTTP's statuses.
    private final ConcurrentMap<RouteStatus, Timer> timers = new ConcurrentHashMap<>();

    CenterMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void onFate(RouteFate fate) {
        counters.computeIfAbsent(fate, ignored -> CenterMetric.ROUTED.counter(registry, "fate", fate.label()))
                .increment();
    }

    @Override
    public void onAnswer(UserAnswer.Status status) {
        counters.computeIfAbsent(status, ignored -> CenterMetric.MESSAGES.counter(registry, "status", status.label()))
                .increment();
    }

    @Override
    public void onDue(ScheduledFate fate, int messages) {
        counters.computeIfAbsent(fate, ignored -> CenterMetric.SCHEDULED.counter(registry, "fate", fate.label()))
                .increment(messages);
    }

    @Override
    public void onTickFailed() {
        CenterMetric.BROADCAST_TICKS_FAILED.counter(registry).increment();
    }

    @Override
    public void onOrderFailed() {
        CenterMetric.BROADCAST_ORDERS_FAILED.counter(registry).increment();
    }

    @Override
    public void onGatherRefused(String role) {
        CenterMetric.ROUTE_REFUSED.counter(registry, "role", role).increment();
    }

    @Override
    public void onCallFailed(String role, Throwable failure) {
        CenterMetric.ROUTE_CALLS_FAILED.counter(registry, "role", role).increment();
    }

    @Override
    public void onAnswered(String route, int status, long durationNs) {
        timers.computeIfAbsent(
                        new RouteStatus(route, status),
                        ignored -> CenterMetric.HTTP_REQUESTS.timer(
                                registry, "route", route, "status", Integer.toString(status)))
                .record(Duration.ofNanos(durationNs));
    }

    private record RouteStatus(String route, int status) {}
}
