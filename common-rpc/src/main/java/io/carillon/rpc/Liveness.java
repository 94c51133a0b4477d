package io.carillon.rpc;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Pings the other end, and closes the connection when nothing came from it for too long. Event-loop confined. */
final class Liveness implements Runnable {
    private final Channel channel;
    private final FrameWriter writer;
    private final LongSupplier nanoTime;
    private final long intervalNs;
    private final long silenceNs;
    private final Runnable onSilent;
    private @Nullable ScheduledFuture<?> task;
    private long heardNs;
    private long checkedNs;

    Liveness(Channel channel, FrameWriter writer, RpcConfig config, LongSupplier nanoTime, Runnable onSilent) {
        this.channel = channel;
        this.writer = writer;
        this.nanoTime = nanoTime;
        this.intervalNs = config.pingInterval().toNanos();
        this.silenceNs = config.silenceLimit().toNanos();
        this.onSilent = onSilent;
    }

    void start() {
        heardNs = nanoTime.getAsLong();
        checkedNs = heardNs;
        task = channel.eventLoop().scheduleWithFixedDelay(this, intervalNs, intervalNs, TimeUnit.NANOSECONDS);
    }

    void stop() {
        if (task != null) {
            task.cancel(false);
        }
    }

    void onHeard() {
        heardNs = nanoTime.getAsLong();
    }

    @Override
    public void run() {
        long now = nanoTime.getAsLong();
        if (now - checkedNs > 2 * intervalNs) {
            // It was this process that stood still: what the peer sent meanwhile is yet to be read.
            heardNs = now;
        }
        checkedNs = now;
        if (now - heardNs > silenceNs) {
            onSilent.run();
            channel.close();
            return;
        }
        if (channel.isWritable()) {
            writer.ping(Wire.stampUs(now));
            writer.flush();
        }
    }
}
