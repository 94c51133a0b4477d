package io.carillon.room.listener;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;

/**
 * How much a read asks for: one guess an event loop, not one a connection, which would cost about 110 bytes of heap for each.
 * What devices send is alike (an ack, a ping), and the guess follows what the loop has read lately.
 *
 * <p>A loop reads one channel after another: what a handle counts begins anew with each channel's turn ({@code reset}), and is read
 * within that turn only. On any other thread each channel gets a handle of its own.
 */
@SuppressWarnings("deprecation") // Netty's own transports still take their handles from it
final class LoopReads extends AdaptiveRecvByteBufAllocator {
    private final FastThreadLocal<Handle> ofLoop = new FastThreadLocal<>() {
        @Override
        protected Handle initialValue() {
            return LoopReads.super.newHandle();
        }
    };

    LoopReads(int bytesMin, int bytesStart, int bytesMax) {
        super(bytesMin, bytesStart, bytesMax);
    }

    @Override
    public Handle newHandle() {
        return Thread.currentThread() instanceof FastThreadLocalThread ? ofLoop.get() : super.newHandle();
    }
}
