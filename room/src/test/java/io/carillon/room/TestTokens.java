package io.carillon.room;

import com.google.protobuf.ByteString;
import io.carillon.contract.App;
import io.carillon.contract.ClientKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens as a business would make them, and wrong ones. */
public final class TestTokens {
    public static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    public static final String KEY_ID = "k1";

    private TestTokens() {}

    public static App app(String id) {
        return App.newBuilder()
                .setId(id)
                .setTokenTtlMaxSeconds(86_400)
                .addClientKeys(ClientKey.newBuilder()
                        .setId(KEY_ID)
                        .setAlgorithm("HS256")
                        .setSecret(ByteString.copyFrom(SECRET)))
                .build();
    }

    public static String of(String app, String user) {
        long expires = Instant.now().getEpochSecond() + 3600;
        return signed(
                "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
                "{\"aud\":\"" + app + "\",\"sub\":\"" + user + "\",\"exp\":" + expires + "}",
                SECRET);
    }

    public static String signed(String header, String claims, byte[] secret) {
        String signed =
                base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
