package io.carillon.sdk.link;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * TLS over a {@link TcpLink}, by an {@link SSLEngine} that checks the host's name. Confined to its thread, but for the
 * engine's delegated tasks, during which the engine is left alone.
 */
final class TlsLink implements Link {
    private final TcpLink tcp;
    private final IoThread thread;
    private final Executor background;
    private final Supplier<SSLContext> trust;
    private final RoomAddress room;
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private LinkListener listener;
    private @Nullable SSLEngine engine;

    /** Ciphertext that is no whole record yet, ready to be read. */
    private ByteBuffer received = ByteBuffer.allocate(0);

    private boolean open;
    private boolean delegated;
    private boolean dead;

    TlsLink(
            TcpLink tcp,
            IoThread thread,
            Executor background,
            Supplier<SSLContext> trust,
            RoomAddress room,
            LinkListener listener) {
        this.tcp = tcp;
        this.thread = thread;
        this.background = background;
        this.trust = trust;
        this.room = room;
        this.listener = listener;
    }

    LinkListener tcpListener() {
        return new LinkListener() {
            @Override
            public void onOpen() {
                begin();
            }

            @Override
            public void onBytes(ByteBuffer bytes) {
                ByteBuffer joined = ByteBuffer.allocate(received.remaining() + bytes.remaining());
                joined.put(received).put(bytes);
                ((Buffer) joined).flip();
                received = joined;
                advance();
            }

            @Override
            public void onClosed(String reason, boolean refused) {
                if (!dead) {
                    dead = true;
                    listener.onClosed(reason, refused);
                }
            }
        };
    }

    @Override
    public void listen(LinkListener next) {
        listener = next;
    }

    @Override
    public void send(ByteBuffer bytes) {
        if (dead) {
            return;
        }
        waiting.add(bytes);
        if (open) {
            advance();
        }
    }

    @Override
    public void close() {
        if (dead) {
            return;
        }
        dead = true;
        SSLEngine tls = engine;
        if (open && !delegated && tls != null) {
            try {
                tls.closeOutbound();
                wrap(tls, ByteBuffer.allocate(0));
            } catch (SSLException e) {
                // The goodbye is a courtesy; the socket is closed all the same.
                tcp.close();
                return;
            }
        }
        tcp.close();
    }

    private void begin() {
        try {
            SSLEngine tls = trust.get().createSSLEngine(room.host(), room.port());
            tls.setUseClientMode(true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.beginHandshake();
            engine = tls;
        } catch (SSLException | IllegalStateException e) {
            fail("TLS: " + e.getMessage());
            return;
        }
        advance();
    }

    /** Goes on until it has to wait for the other end or for delegated tasks. */
    private void advance() {
        SSLEngine tls = engine;
        if (tls == null) {
            return;
        }
        try {
            boolean moved = true;
            while (moved && !dead && !delegated) {
                moved = step(tls);
            }
        } catch (SSLException e) {
            fail("TLS: " + e.getMessage());
        }
    }

    private boolean step(SSLEngine tls) throws SSLException {
        HandshakeStatus status = tls.getHandshakeStatus();
        switch (status) {
            case NEED_TASK:
                delegate(tls);
                return false;
            case NEED_WRAP:
                wrap(tls, ByteBuffer.allocate(0));
                return true;
            case NEED_UNWRAP:
                return received.hasRemaining() && unwrap(tls);
            default:
                return exchange(tls);
        }
    }

    private boolean exchange(SSLEngine tls) throws SSLException {
        if (!open) {
            open = true;
            listener.onOpen();
            return true;
        }
        ByteBuffer next = waiting.peek();
        if (next != null) {
            wrap(tls, next);
            if (!next.hasRemaining()) {
                waiting.remove();
            }
            return true;
        }
        return received.hasRemaining() && unwrap(tls);
    }

    private void wrap(SSLEngine tls, ByteBuffer plain) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(tls.getSession().getPacketBufferSize());
        SSLEngineResult result = tls.wrap(plain, record);
        ((Buffer) record).flip();
        if (record.hasRemaining()) {
            tcp.send(record);
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && !dead) {
            fail("TLS: closed");
        }
    }

    private boolean unwrap(SSLEngine tls) throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(tls.getSession().getApplicationBufferSize());
        SSLEngineResult result = tls.unwrap(received, plain);
        if (!received.hasRemaining()) {
            received = ByteBuffer.allocate(0);
        }
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW:
                return false;
            case CLOSED:
                fail("closed by the other end");
                return false;
            default:
                break;
        }
        ((Buffer) plain).flip();
        if (plain.hasRemaining()) {
            listener.onBytes(plain);
        }
        return result.bytesConsumed() > 0 || result.bytesProduced() > 0;
    }

    private void delegate(SSLEngine tls) {
        delegated = true;
        background.execute(() -> {
            Runnable task = tls.getDelegatedTask();
            while (task != null) {
                task.run();
                task = tls.getDelegatedTask();
            }
            thread.execute(() -> {
                delegated = false;
                advance();
            });
        });
    }

    private void fail(String reason) {
        if (dead) {
            return;
        }
        dead = true;
        tcp.close();
        listener.onClosed(reason, false);
    }
}
