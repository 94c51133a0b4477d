package io.carillon.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server's side of the hello: a stranger learns nothing and is served nothing before it has proved the secret. */
final class ServerHello implements FrameSink {
    private final RpcServer server;
    private final Channel channel;
    private final FrameWriter writer;
    private @Nullable FrameReader reader;
    private final byte[] nonce;
    private byte[] callerNonce = new byte[0];
    private @Nullable ScheduledFuture<?> timeout;
    private boolean finished;

    ServerHello(RpcServer server, Channel channel) {
        this.server = server;
        this.channel = channel;
        this.writer = new FrameWriter(channel);
        this.nonce = server.secret().nonce();
    }

    void start(FrameReader frames) {
        reader = frames;
        timeout = channel.eventLoop()
                .schedule(
                        () -> refuse(HelloRefusal.TIMEOUT),
                        server.config().helloTimeout().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void onFrame(byte type, ByteBuf in, int index, int length) throws BadFrameException {
        byte[] body = HelloCodec.bytes(in, index, length);
        switch (type) {
            case Wire.HELLO -> onHello(body, in, index);
            case Wire.PROOF -> onProof(body);
            default -> throw new BadFrameException("frame of type " + type + " in the hello");
        }
    }

    private void onHello(byte[] body, ByteBuf in, int index) throws BadFrameException {
        if (body.length != 6 + Wire.NONCE_BYTES || in.getIntLE(index) != Wire.MAGIC || callerNonce.length != 0) {
            throw new BadFrameException("not a hello");
        }
        if (in.getUnsignedShortLE(index + 4) < Wire.VERSION) {
            refuse(HelloRefusal.VERSION);
            return;
        }
        callerNonce = Arrays.copyOfRange(body, 6, body.length);
        writer.frame(Wire.CHALLENGE, HelloCodec.challenge(Wire.VERSION, nonce));
    }

    private void onProof(byte[] body) throws BadFrameException {
        if (callerNonce.length == 0 || body.length < Wire.MAC_BYTES) {
            throw new BadFrameException("proof out of place");
        }
        byte[] mac = Arrays.copyOf(body, Wire.MAC_BYTES);
        byte[] statement = Arrays.copyOfRange(body, Wire.MAC_BYTES, body.length);
        Secret secret = server.secret();
        if (!Secret.same(mac, secret.prove(Secret.CALLER, Wire.VERSION, callerNonce, nonce, statement))) {
            refuse(HelloRefusal.WRONG_SECRET);
            return;
        }
        HelloCodec.Statement said = HelloCodec.readStatement(statement);
        byte[] own = HelloCodec.statement(server.environment().wallMs().getAsLong(), server.self());
        byte[] proof = secret.prove(Secret.SERVER, Wire.VERSION, callerNonce, nonce, own);
        writer.frame(Wire.WELCOME, HelloCodec.joined(proof, own));
        welcome(said.identity());
    }

    private void welcome(RpcIdentity caller) {
        FrameReader frames = reader;
        if (frames == null || !finish()) {
            return;
        }
        ServerLink link = new ServerLink(server, caller, channel, frames, writer);
        frames.become(link, server.config().frameBytesMax());
        link.start();
        server.onLinkUp(link);
    }

    private void refuse(HelloRefusal reason) {
        if (!finish()) {
            return;
        }
        if (reader != null) {
            reader.stop();
        }
        server.onHelloRefused(reason, channel.remoteAddress());
        if (reason != HelloRefusal.GARBAGE) {
            writer.frame(Wire.REFUSED, HelloCodec.refused(reason));
            writer.flush();
        }
        channel.close();
    }

    /** False where it was finished before. */
    private boolean finish() {
        if (finished) {
            return false;
        }
        finished = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        server.onHelloFinished();
        return true;
    }

    @Override
    public void onReadComplete() {
        writer.flush();
    }

    @Override
    public void onWritabilityChanged() {}

    @Override
    public void onBadFrame(String what) {
        refuse(HelloRefusal.GARBAGE);
    }

    @Override
    public void onClosed() {
        finish();
        writer.release();
    }
}
