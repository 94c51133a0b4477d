package io.carillon.room.connection;

import io.carillon.room.loop.Loop;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A Netty event loop as a {@link Loop}. */
public final class NettyLoop implements Loop {
    private final int index;
    private final EventLoop eventLoop;
    private final LongSupplier nanoTime;
    private final LongSupplier wallMs;

    public NettyLoop(int index, EventLoop eventLoop, LongSupplier nanoTime, LongSupplier wallMs) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.nanoTime = nanoTime;
        this.wallMs = wallMs;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        if (!eventLoop.isShuttingDown()) {
            eventLoop.execute(task);
        }
    }

    @Override
    public void after(long delayNs, Runnable task) {
        if (!eventLoop.isShuttingDown()) {
            eventLoop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public long nowNs() {
        return nanoTime.getAsLong();
    }

    @Override
    public long wallMs() {
        return wallMs.getAsLong();
    }
}
