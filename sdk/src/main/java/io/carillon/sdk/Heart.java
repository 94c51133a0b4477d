package io.carillon.sdk;

import io.carillon.sdk.heartbeat.HeartbeatPolicy;
import io.carillon.sdk.wire.Frames;
import java.util.concurrent.TimeUnit;

/**
 * The beats of one connection: a PING when it was idle for the planned interval, and a deadline for the answer. Any byte
 * received restarts the interval; a connection that only receives beats as well, since the room counts what it hears.
 * Confined to its client's thread.
 */
final class Heart {
    private static final long URGENT_REPLY_MS = 5_000;
    private static final int MARGIN_SECONDS = 20;

    private final ClientPorts ports;
    private final HeartbeatPolicy policy;
    private final String networkKey;
    private final FrameLink frames;
    private final Runnable onLost;
    private final Alarm alarm;
    private int answered;
    private int plannedSeconds;
    /** What the last PING promised; the plan as soon as it is answered. */
    private int nextSeconds;

    private long receivedAtMs;
    private long sentAtMs;
    private boolean waiting;
    private long gapMs;
    private long idleAtEndMs;
    private boolean settledTold;

    Heart(ClientPorts ports, HeartbeatPolicy policy, String networkKey, FrameLink frames, Runnable onLost) {
        this.ports = ports;
        this.policy = policy;
        this.networkKey = networkKey;
        this.frames = frames;
        this.onLost = onLost;
        this.alarm = new Alarm(ports);
        this.receivedAtMs = ports.nowMs();
        this.sentAtMs = receivedAtMs;
    }

    /** Begins, with the interval that CONNECT announced; the room holds the client to it. */
    void start(int announcedSeconds) {
        plannedSeconds = announcedSeconds;
        arm();
    }

    /** No more beats. */
    void stop() {
        idleAtEndMs = idleMs();
        alarm.cancel();
    }

    void onBytes() {
        receivedAtMs = ports.nowMs();
        if (waiting) {
            waiting = false;
            answered++;
            policy.onAnswered(networkKey, plannedSeconds, seconds(gapMs));
            plannedSeconds = nextSeconds;
            arm();
        }
    }

    void onSent() {
        sentAtMs = ports.nowMs();
    }

    /** Beats now, with less patience: the connection may be dead. */
    void beatNow() {
        if (!waiting) {
            beat(Math.min(URGENT_REPLY_MS, policy.replyMs()));
        }
    }

    /** The connection was lost, and the network is well: the policy is told of its last gap. After {@link #stop}. */
    void judge() {
        policy.onLost(networkKey, plannedSeconds, seconds(waiting ? gapMs : idleAtEndMs));
    }

    private void arm() {
        alarm.set(Math.max(1, dueMs() - ports.nowMs()), this::onAlarm);
    }

    private long dueMs() {
        return Math.min(receivedAtMs, sentAtMs + plannedMs() / 4) + plannedMs();
    }

    private long plannedMs() {
        return TimeUnit.SECONDS.toMillis(plannedSeconds);
    }

    private long idleMs() {
        return ports.nowMs() - Math.max(receivedAtMs, sentAtMs);
    }

    private void onAlarm() {
        long lateMs = ports.nowMs() - dueMs();
        if (lateMs < 0) {
            arm();
            return;
        }
        policy.onAlarm(networkKey, seconds(lateMs));
        beat(lateMs >= plannedMs() ? Math.min(URGENT_REPLY_MS, policy.replyMs()) : policy.replyMs());
    }

    private void beat(long replyMs) {
        gapMs = idleMs();
        int gap = seconds(gapMs);
        nextSeconds = policy.nextSeconds(networkKey, ports.appState.current(), answered + 1, plannedSeconds, gap);
        waiting = true;
        sentAtMs = ports.nowMs();
        frames.send(Frames.ping(policy.announcedSeconds(nextSeconds), newlySettled(gap)));
        alarm.set(replyMs, onLost);
    }

    /** Once a connection the room is told, at the end of a gap that shows it. */
    private int newlySettled(int gap) {
        int settled = policy.settledSeconds(networkKey);
        if (settledTold || settled == 0 || plannedSeconds != settled || Math.abs(gap - settled) > MARGIN_SECONDS) {
            return 0;
        }
        settledTold = true;
        return settled;
    }

    private static int seconds(long ms) {
        return (int) Math.min(Integer.MAX_VALUE, TimeUnit.MILLISECONDS.toSeconds(ms));
    }
}
