package io.carillon.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The caller's side of the hello: proves itself first, then checks the server's proof. */
final class ClientHello implements FrameSink {
    private final PeerSlot slot;
    private final Channel channel;
    private final FrameWriter writer;
    private final Secret secret;
    private final RpcEnvironment environment;
    private final byte[] nonce;
    private byte[] serverNonce = new byte[0];
    private int version;
    private long provedNs;

    ClientHello(PeerSlot slot, Channel channel, FrameWriter writer) {
        this.slot = slot;
        this.channel = channel;
        this.writer = writer;
        this.secret = slot.client().secret();
        this.environment = slot.client().environment();
        this.nonce = secret.nonce();
    }

    void start() {
        writer.frame(Wire.HELLO, HelloCodec.hello(Wire.VERSION, nonce));
        writer.flush();
    }

    @Override
    public void onFrame(byte type, ByteBuf in, int index, int length) throws BadFrameException {
        byte[] body = HelloCodec.bytes(in, index, length);
        switch (type) {
            case Wire.CHALLENGE -> onChallenge(body);
            case Wire.WELCOME -> onWelcome(body);
            case Wire.REFUSED -> onRefused(body);
            default -> throw new BadFrameException("frame of type " + type + " in the hello");
        }
    }

    private void onChallenge(byte[] body) throws BadFrameException {
        if (body.length != 2 + Wire.NONCE_BYTES || serverNonce.length != 0) {
            throw new BadFrameException("challenge of " + body.length + " bytes");
        }
        version = (body[0] & 0xFF) | (body[1] & 0xFF) << 8;
        if (version != Wire.VERSION) {
            throw new BadFrameException("protocol version " + version + " (expected: " + Wire.VERSION + ")");
        }
        serverNonce = Arrays.copyOfRange(body, 2, body.length);
        byte[] statement = HelloCodec.statement(
                environment.wallMs().getAsLong(), slot.client().self());
        provedNs = environment.nanoTime().getAsLong();
        byte[] mac = secret.prove(Secret.CALLER, version, nonce, serverNonce, statement);
        writer.frame(Wire.PROOF, HelloCodec.joined(mac, statement));
        writer.flush();
    }

    private void onWelcome(byte[] body) throws BadFrameException {
        if (serverNonce.length == 0 || body.length < Wire.MAC_BYTES) {
            throw new BadFrameException("welcome out of place");
        }
        byte[] mac = Arrays.copyOf(body, Wire.MAC_BYTES);
        byte[] statement = Arrays.copyOfRange(body, Wire.MAC_BYTES, body.length);
        if (!Secret.same(mac, secret.prove(Secret.SERVER, version, nonce, serverNonce, statement))) {
            slot.onHelloRefused(channel.remoteAddress(), "it does not know our shared secret");
            channel.close();
            return;
        }
        HelloCodec.Statement said = HelloCodec.readStatement(statement);
        long wayMs = (environment.nanoTime().getAsLong() - provedNs) / 2_000_000;
        long offsetMs = said.wallMs() + wayMs - environment.wallMs().getAsLong();
        slot.onWelcome(new ClientLink.Welcome(said.identity(), offsetMs));
    }

    private void onRefused(byte[] body) {
        String text = body.length < 2 ? "" : new String(body, 1, body.length - 1, StandardCharsets.UTF_8);
        slot.onHelloRefused(channel.remoteAddress(), "it refused our hello: " + text);
        channel.close();
    }

    @Override
    public void onReadComplete() {
        writer.flush();
    }

    @Override
    public void onWritabilityChanged() {}

    @Override
    public void onBadFrame(String what) {
        slot.onBadFrame(channel.remoteAddress(), what);
    }

    @Override
    public void onClosed() {
        writer.release();
        slot.onHelloLost();
    }
}
