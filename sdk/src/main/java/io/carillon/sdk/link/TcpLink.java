package io.carillon.sdk.link;

import io.carillon.sdk.platform.Cancellable;
import io.carillon.sdk.platform.Timers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A non-blocking socket. Confined to its {@link IoThread}. */
final class TcpLink implements Link {
    /** Beyond it the other end reads too slowly to be worth keeping. */
    private static final long QUEUED_BYTES_MAX = 2L << 20;

    private static final long UNWRITABLE_NS_MAX = TimeUnit.SECONDS.toNanos(30);

    /** How long a close waits for what was sent before it. */
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(2);

    private final IoThread thread;
    private final Timers timers;
    private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
    private long queuedBytes;
    private @Nullable LinkListener listener;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable Cancellable unwritable;
    private boolean open;
    private boolean closing;
    private boolean dead;

    TcpLink(IoThread thread, Timers timers) {
        this.thread = thread;
        this.timers = timers;
    }

    void connect(InetSocketAddress address, LinkListener firstListener) {
        listener = firstListener;
        try {
            SocketChannel socket = SocketChannel.open();
            channel = socket;
            socket.configureBlocking(false);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            boolean connected = socket.connect(address);
            key = thread.register(socket, connected ? 0 : SelectionKey.OP_CONNECT, this::onReady);
            if (connected) {
                thread.execute(this::onConnected);
            }
        } catch (IOException | UnresolvedAddressException | UnsupportedAddressTypeException | SecurityException e) {
            thread.execute(() -> fail(e));
        }
    }

    @Override
    public void listen(LinkListener next) {
        listener = next;
    }

    @Override
    public void send(ByteBuffer bytes) {
        if (dead || closing) {
            return;
        }
        queuedBytes += bytes.remaining();
        if (queuedBytes > QUEUED_BYTES_MAX) {
            // Not from inside the caller's call: it does not expect its listener to be told there.
            thread.execute(() -> end("send queue: " + queuedBytes + " bytes", false));
            return;
        }
        queue.add(bytes);
        if (open) {
            flush();
        }
    }

    @Override
    public void close() {
        if (dead) {
            return;
        }
        listener = null;
        closing = true;
        if (queue.isEmpty() || !open) {
            destroy();
        } else {
            timers.schedule(() -> thread.execute(this::destroy), LINGER_NS);
        }
    }

    private void onReady(int operations) {
        if (dead) {
            return;
        }
        try {
            if ((operations & SelectionKey.OP_CONNECT) != 0) {
                Objects.requireNonNull(channel).finishConnect();
                onConnected();
                return;
            }
        } catch (IOException e) {
            fail(e);
            return;
        }
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            flush();
        }
        if (!dead && (operations & SelectionKey.OP_READ) != 0) {
            read();
        }
    }

    private void onConnected() {
        if (dead) {
            return;
        }
        open = true;
        Objects.requireNonNull(key).interestOps(SelectionKey.OP_READ);
        if (listener != null) {
            listener.onOpen();
        }
        if (!dead) {
            flush();
        }
    }

    private void read() {
        ByteBuffer buffer = thread.readBuffer();
        ((Buffer) buffer).clear();
        int count;
        try {
            count = Objects.requireNonNull(channel).read(buffer);
        } catch (IOException e) {
            fail(e);
            return;
        }
        if (count < 0) {
            end("closed by the other end", false);
            return;
        }
        ((Buffer) buffer).flip();
        if (listener != null && count > 0) {
            listener.onBytes(buffer);
        }
    }

    private void flush() {
        SocketChannel socket = Objects.requireNonNull(channel);
        try {
            while (!queue.isEmpty()) {
                ByteBuffer next = queue.peek();
                queuedBytes -= socket.write(next);
                if (next.hasRemaining()) {
                    awaitWritable();
                    return;
                }
                queue.remove();
            }
        } catch (IOException e) {
            // The reader gets to see what the room said last before it closed; a write error would hide it.
            thread.execute(() -> fail(e));
            return;
        }
        if (unwritable != null) {
            unwritable.cancel();
            unwritable = null;
            Objects.requireNonNull(key).interestOps(SelectionKey.OP_READ);
        }
        if (closing) {
            destroy();
        }
    }

    private void awaitWritable() {
        if (unwritable == null) {
            Objects.requireNonNull(key).interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            unwritable = timers.schedule(
                    () -> thread.execute(() -> {
                        if (unwritable != null) {
                            end("unwritable for 30 s", false);
                        }
                    }),
                    UNWRITABLE_NS_MAX);
        }
    }

    private void fail(Exception e) {
        end(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e instanceof ConnectException);
    }

    private void end(String reason, boolean refused) {
        if (dead) {
            return;
        }
        LinkListener told = listener;
        destroy();
        if (told != null) {
            told.onClosed(reason, refused);
        }
    }

    private void destroy() {
        dead = true;
        listener = null;
        queue.clear();
        if (unwritable != null) {
            unwritable.cancel();
            unwritable = null;
        }
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                return;
            }
        }
    }
}
