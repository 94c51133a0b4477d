package io.carillon.room;

import io.carillon.contract.DeliverEntry;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.admission.Admission;
import io.carillon.room.admission.AdmissionCounters;
import io.carillon.room.admission.RefusalReason;
import io.carillon.room.ban.BanFollower;
import io.carillon.room.ban.BanSink;
import io.carillon.room.broadcast.BroadcastCounters;
import io.carillon.room.connection.ConnectionCounters;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.delivery.DeliveryOutcome;
import io.carillon.room.flicker.FlickerOutcome;
import io.carillon.room.label.TagsOutcome;
import io.carillon.room.listener.TlsOutcome;
import io.carillon.room.session.CloseReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The room's counters, made once, so that counting looks nothing up by name. Thread-safe. */
final class RoomMeters implements ConnectionCounters, BroadcastCounters, AdmissionCounters {
    private final MeterRegistry registry;
    private final Counter opened;
    private final Counter logins;
    private final Counter pushes;
    private final Counter pushBytes;
    private final Counter broadcastsWritten;
    private final Counter broadcastsPassedOver;
    private final Counter broadcastStepsDropped;
    private final Map<ProtocolCode, Counter> failed = new EnumMap<>(ProtocolCode.class);
    private final Map<ProtocolCode, Counter> bindingsRefused = new EnumMap<>(ProtocolCode.class);
    private final Map<RefusalReason, Counter> refused = new EnumMap<>(RefusalReason.class);
    private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final Map<DeliveryOutcome, Counter> deliveries = new EnumMap<>(DeliveryOutcome.class);
    private volatile Runnable lost = () -> {};
    private final Map<TagsOutcome, Counter> tags = new EnumMap<>(TagsOutcome.class);
    private final Map<FlickerOutcome, Counter> flickers = new EnumMap<>(FlickerOutcome.class);
    private final Map<TlsOutcome, Counter> handshakes = new EnumMap<>(TlsOutcome.class);

    RoomMeters(MeterRegistry registry) {
        this.registry = registry;
        opened = RoomMetric.OPENED.counter(registry);
        logins = RoomMetric.LOGINS.counter(registry);
        pushes = RoomMetric.PUSHES.counter(registry);
        pushBytes = RoomMetric.PUSH_BYTES.counter(registry);
        broadcastsWritten = RoomMetric.BROADCASTS_WRITTEN.counter(registry);
        broadcastsPassedOver = RoomMetric.BROADCASTS_PASSED_OVER.counter(registry);
        broadcastStepsDropped = RoomMetric.BROADCAST_STEPS_DROPPED.counter(registry);
        for (ProtocolCode code : ProtocolCode.values()) {
            failed.put(code, RoomMetric.CLOSED.counter(registry, "reason", code.label()));
            bindingsRefused.put(code, RoomMetric.BINDINGS_REFUSED.counter(registry, "reason", code.label()));
        }
        for (RefusalReason reason : RefusalReason.values()) {
            refused.put(reason, RoomMetric.REFUSED.counter(registry, "reason", reason.label()));
        }
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, RoomMetric.CLOSED.counter(registry, "reason", reason.label()));
        }
        for (TagsOutcome outcome : TagsOutcome.values()) {
            tags.put(outcome, RoomMetric.TAGS.counter(registry, "outcome", outcome.label()));
        }
        for (FlickerOutcome outcome : FlickerOutcome.values()) {
            flickers.put(outcome, RoomMetric.FLICKERS.counter(registry, "outcome", outcome.label()));
        }
        for (TlsOutcome outcome : TlsOutcome.values()) {
            handshakes.put(outcome, RoomMetric.TLS_HANDSHAKES.counter(registry, "outcome", outcome.label()));
        }
        for (DeliveryOutcome outcome : DeliveryOutcome.values()) {
            deliveries.put(
                    outcome,
                    RoomMetric.DELIVERIES.counter(
                            registry, "outcome", outcome.name().toLowerCase(Locale.ROOT)));
        }
    }

    /** Gauges over a gateway; they read counts that its loops keep. */
    void watch(Gateway gateway) {
        RoomMetric.CONNECTIONS.gauge(registry, gateway::connections);
        RoomMetric.SESSIONS.gauge(registry, () -> gateway.registrar().sessions());
        RoomMetric.REGISTRATION_BACKLOG.gauge(
                registry, () -> gateway.registrar().backlog());
        RoomMetric.FLICKERS_KEPT.gauge(registry, () -> gateway.flickers().size());
        RoomMetric.BROADCASTS_WALKED.gauge(registry, () -> gateway.broadcasts().walked());
        RoomMetric.BROADCASTS_CATCHING_UP.gauge(
                registry, () -> gateway.broadcasts().catchingUp());
        RoomMetric.HEARTBEAT_GROUPS.gauge(registry, () -> gateway.heartbeats().known());
        RoomMetric.HEARTBEAT_REPORTS.gauge(registry, () -> gateway.heartbeats().reports());
        RoomMetric.HEARTBEAT_UNPROVEN.gauge(registry, () -> gateway.heartbeats().unproven());
        RoomMetric.LOADS_WAITING.gauge(registry, () -> sum(gateway, DeliveryLoop::loadsWaiting));
        RoomMetric.ACKS_UNCONFIRMED.gauge(registry, () -> sum(gateway, DeliveryLoop::unconfirmedAcks));
        RoomMetric.ACKS_DROPPED.gauge(registry, () -> sum(gateway, DeliveryLoop::droppedAcks));
    }

    void watch(BanFollower bans) {
        RoomMetric.BANS.gauge(registry, bans::size);
        RoomMetric.BANS_DROPPED.gauge(registry, bans::dropped);
    }

    void watch(BanSink bans) {
        RoomMetric.BANS_WAITING.gauge(registry, bans::waiting);
    }

    private static long sum(Gateway gateway, ToLongFunction<DeliveryLoop> count) {
        return gateway.deliveries().stream().mapToLong(count).sum();
    }

    /** @param admission is told of sessions that were lost */
    void watch(Admission admission) {
        RoomMetric.UNAUTHENTICATED.gauge(registry, admission::visitors);
        lost = admission::countLost;
    }

    @Override
    public void refused(RefusalReason reason) {
        count(refused.get(reason));
    }

    @Override
    public void bindingRefused(ProtocolCode code) {
        count(bindingsRefused.get(code));
    }

    @Override
    public void lost() {
        lost.run();
    }

    @Override
    public void opened() {
        opened.increment();
    }

    @Override
    public void loggedIn() {
        logins.increment();
    }

    @Override
    public void pushed(int payloadBytes) {
        pushes.increment();
        pushBytes.increment(payloadBytes);
    }

    @Override
    public void broadcastWritten() {
        broadcastsWritten.increment();
    }

    @Override
    public void broadcastPassedOver() {
        broadcastsPassedOver.increment();
    }

    @Override
    public void broadcastStepDropped() {
        broadcastStepsDropped.increment();
    }

    @Override
    public void failed(ProtocolCode code) {
        count(failed.get(code));
    }

    @Override
    public void closed(CloseReason reason) {
        count(closed.get(reason));
    }

    void tags(TagsOutcome outcome, int frames) {
        Counter counter = tags.get(outcome);
        if (counter != null) {
            counter.increment(frames);
        }
    }

    void flickered(FlickerOutcome outcome) {
        count(flickers.get(outcome));
    }

    void handshaken(TlsOutcome outcome) {
        count(handshakes.get(outcome));
    }

    void delivered(DeliverEntry entry, DeliveryOutcome outcome) {
        count(deliveries.get(outcome));
    }

    private static void count(@org.jspecify.annotations.Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}
