package io.carillon.bench.simulated;

import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.NetworkKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes what a simulated device says first, with as little garbage as can be: a thousand a second are made in the heap whose
 * collections are measured, and a JSON library's objects would be a good part of it. One thread at a time.
 */
final class LeanLogins {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int RECEIVE_WINDOW = 256;
    private static final long TTL_S = 6 * 3600;

    private final Mac mac;
    private final String header;
    private final String app;
    private final int pingSeconds;

    /** @param keyId of the key that {@code secret} is; HS256 */
    LeanLogins(String app, String keyId, String secret, int pingSeconds) {
        this.app = app;
        this.pingSeconds = pingSeconds;
        header = base64("{\"alg\":\"HS256\",\"kid\":\"" + keyId + "\"}");
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("client-secret: can't sign tokens (" + e.getMessage() + ")", e);
        }
    }

    private static String base64(String text) {
        return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String token(String user) {
        long nowS = System.currentTimeMillis() / 1_000;
        String signed = header
                + '.'
                + base64("{\"aud\":\"" + app + "\",\"sub\":\"" + user + "\",\"iat\":" + nowS + ",\"exp\":"
                        + (nowS + TTL_S) + '}');
        return signed + '.' + BASE64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    /** A CONNECT frame. */
    byte[] of(String user) {
        byte[] body = Connect.newBuilder()
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setDeviceId(user)
                .setNetwork(NetworkKind.NETWORK_KIND_WIRED)
                .setSdkVersion("bench")
                .addBindings(BindRequest.newBuilder().setToken(token(user)))
                .setReceiveWindow(RECEIVE_WINDOW)
                .setNextPingSeconds(pingSeconds)
                .build()
                .toByteArray();
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(body.length) + body.length);
        FrameHeader.write(frame, FrameType.CONNECT, body.length);
        return frame.put(body).array();
    }
}
