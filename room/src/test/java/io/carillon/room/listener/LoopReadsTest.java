package io.carillon.room.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator.Handle;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalIoHandler;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // Netty's own transports still take their handles from it
class LoopReadsTest {
    private static final ByteBufAllocator HEAP = UnpooledByteBufAllocator.DEFAULT;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
    private final LoopReads reads = new LoopReads(64, 512, 32 << 10);

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private Handle onLoop() throws Exception {
        return loops.next().submit(reads::newHandle).get();
    }

    @Test
    void theChannelsOfALoopShareAHandleAndLoopsDoNot() throws Exception {
        Handle first = onLoop();
        Handle second = onLoop();
        assertThat(second).isNotSameAs(first);
        assertThat(onLoop()).isSameAs(first);
        assertThat(onLoop()).isSameAs(second);
    }

    @Test
    void onAThreadThatIsNoLoopEachChannelHasAHandleOfItsOwn() {
        assertThat(reads.newHandle()).isNotSameAs(reads.newHandle());
    }

    @Test
    void whatOneChannelHasReadDoesNotCountForTheNext() throws Exception {
        EmbeddedChannel channel = new EmbeddedChannel();
        reads.maxMessagesPerRead(16);
        Handle handle = onLoop();
        DefaultChannelConfig config = new DefaultChannelConfig(channel);
        handle.reset(config);
        ByteBuf whole = handle.allocate(HEAP);
        handle.attemptedBytesRead(whole.writableBytes());
        handle.lastBytesRead(whole.writableBytes());
        handle.incMessagesRead(1);
        whole.release();
        assertThat(handle.continueReading()).as("the buffer was filled").isTrue();
        handle.readComplete();

        handle.reset(config);
        handle.attemptedBytesRead(512);
        handle.lastBytesRead(2);
        assertThat(handle.continueReading()).isFalse();
        channel.finishAndReleaseAll();
    }
}
