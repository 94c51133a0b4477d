package io.carillon.room.login;

import io.carillon.contract.ClientKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two signatures of client tokens, with the JDK's own providers. */
final class Signatures {
    static final String HS256 = "HS256";
    static final String EDDSA = "EdDSA";

    /** An X.509 SubjectPublicKeyInfo of Ed25519 up to the 32 key bytes (RFC 8410). */
    private static final byte[] ED25519_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
    };

    private static final int ED25519_KEY_BYTES = 32;

    private Signatures() {}

    static boolean matches(ClientKey key, byte[] signed, byte[] signature) {
        try {
            return switch (key.getAlgorithm()) {
                case HS256 -> hmacMatches(key.getSecret().toByteArray(), signed, signature);
                case EDDSA -> ed25519Matches(key.getPublicKey().toByteArray(), signed, signature);
                default -> false;
            };
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean hmacMatches(byte[] secret, byte[] signed, byte[] signature) throws GeneralSecurityException {
        if (secret.length == 0) {
            return false;
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return MessageDigest.isEqual(mac.doFinal(signed), signature);
    }

    private static boolean ed25519Matches(byte[] raw, byte[] signed, byte[] signature) throws GeneralSecurityException {
        if (raw.length != ED25519_KEY_BYTES) {
            return false;
        }
        byte[] encoded = new byte[ED25519_PREFIX.length + raw.length];
        System.arraycopy(ED25519_PREFIX, 0, encoded, 0, ED25519_PREFIX.length);
        System.arraycopy(raw, 0, encoded, ED25519_PREFIX.length, raw.length);
        PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(signed);
        return verifier.verify(signature);
    }
}
