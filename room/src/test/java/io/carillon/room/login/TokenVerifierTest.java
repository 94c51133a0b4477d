package io.carillon.room.login;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.App;
import io.carillon.contract.ClientKey;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.TestTokens;
import io.carillon.room.login.TokenOutcome.Accepted;
import io.carillon.room.login.TokenOutcome.Refused;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
    private static final String HEADER = "{\"alg\":\"HS256\",\"kid\":\"k1\"}";
    private static final long NOW_S = 1_800_000_000L;

    private final Map<String, App> apps = new HashMap<>(Map.of("demo", TestTokens.app("demo")));
    private long version = 1;
    private long nowMs = NOW_S * 1000;
    private final AppKeys keys = new AppKeys() {
        @Override
        public @Nullable App app(String id) {
            return apps.get(id);
        }

        @Override
        public long version() {
            return version;
        }
    };
    private final TokenVerifier verifier =
            new TokenVerifier(keys, "default", Duration.ofSeconds(60), 100, () -> nowMs, (app, user) -> null);

    private static String claims(long expires) {
        return "{\"aud\":\"demo\",\"sub\":\"alice\",\"exp\":" + expires + "}";
    }

    private static String token(String claims) {
        return TestTokens.signed(HEADER, claims, TestTokens.SECRET);
    }

    private void assertRefused(String token, ProtocolCode code, String text) {
        assertThat(verifier.verify(token)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.text()).contains(text);
        });
    }

    private void assertAccepted(String token) {
        assertThat(verifier.verify(token))
                .isInstanceOfSatisfying(
                        Accepted.class, accepted -> assertThat(accepted.user()).isEqualTo("alice"));
    }

    @Test
    void takesAGoodToken() {
        assertAccepted(token(claims(NOW_S + 3600)));
        assertAccepted(token("{\"aud\":[\"demo\"],\"sub\":\"alice\",\"exp\":" + (NOW_S + 3600) + "}"));
    }

    @Test
    void aRememberedTokenHelpsNoOtherOne() {
        String good = token(claims(NOW_S + 3600));
        assertAccepted(good);
        assertAccepted(good);
        char last = good.charAt(good.length() - 2);
        String other =
                good.substring(0, good.length() - 2) + (last == 'A' ? 'B' : 'A') + good.charAt(good.length() - 1);
        assertRefused(other, ProtocolCode.TOKEN_REFUSED, "signature");
        assertAccepted(good);
    }

    @Test
    void refusesAnAlgorithmThatIsNotTheKeys() {
        String none = TestTokens.base64("{\"alg\":\"none\",\"kid\":\"k1\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + TestTokens.base64(claims(NOW_S + 10).getBytes(StandardCharsets.UTF_8)) + ".";
        assertThat(verifier.verify(none)).isInstanceOf(Refused.class);
        String other = TestTokens.signed("{\"alg\":\"HS512\",\"kid\":\"k1\"}", claims(NOW_S + 10), TestTokens.SECRET);
        assertRefused(other, ProtocolCode.TOKEN_REFUSED, "alg: HS512 (expected: the key's, HS256)");
    }

    @Test
    void refusesAWrongSignature() {
        String wrong = TestTokens.signed(HEADER, claims(NOW_S + 10), new byte[32]);
        assertRefused(wrong, ProtocolCode.TOKEN_REFUSED, "signature");
    }

    @Test
    void refusesAKeyThatIsNotTheApps() {
        assertRefused(
                TestTokens.signed("{\"alg\":\"HS256\",\"kid\":\"k2\"}", claims(NOW_S + 10), TestTokens.SECRET),
                ProtocolCode.TOKEN_REFUSED,
                "kid");
        assertRefused(
                TestTokens.signed("{\"alg\":\"HS256\"}", claims(NOW_S + 10), TestTokens.SECRET),
                ProtocolCode.TOKEN_REFUSED,
                "kid");
    }

    @Test
    void allowsForClocksThatAreAMinuteOff() {
        assertAccepted(token(claims(NOW_S - 59)));
        assertRefused(token(claims(NOW_S - 60)), ProtocolCode.TOKEN_REFUSED, "exp: expired");
    }

    @Test
    void refusesALifeLongerThanTheAppAllows() {
        assertAccepted(token(claims(NOW_S + 86_400 + 60)));
        assertRefused(token(claims(NOW_S + 86_400 + 61)), ProtocolCode.TOKEN_REFUSED, "exp: further off");
        assertRefused(token(claims(Long.MAX_VALUE)), ProtocolCode.TOKEN_REFUSED, "exp: further off");
    }

    @Test
    void refusesATokenThatIsNotValidYet() {
        assertRefused(
                token("{\"aud\":\"demo\",\"sub\":\"alice\",\"exp\":" + (NOW_S + 100) + ",\"nbf\":" + (NOW_S + 90)
                        + "}"),
                ProtocolCode.TOKEN_REFUSED,
                "nbf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"sub\":\"alice\",\"exp\":1800000100}",
                "{\"aud\":[\"demo\",\"other\"],\"sub\":\"alice\",\"exp\":1800000100}",
                "{\"aud\":\"demo\",\"exp\":1800000100}",
                "{\"aud\":\"demo\",\"sub\":\"\",\"exp\":1800000100}",
                "{\"aud\":\"demo\",\"sub\":7,\"exp\":1800000100}",
                "{\"aud\":\"demo\",\"sub\":\"alice\"}",
                "{\"aud\":\"demo\",\"sub\":\"alice\",\"exp\":\"tomorrow\"}",
                "[]",
                "nonsense"
            })
    void refusesClaimsThatAreMissingOrOfAnotherKind(String claims) {
        assertThat(verifier.verify(token(claims)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(ProtocolCode.TOKEN_REFUSED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b.c", "a.b", "a.b.c.d.e", "\u0000", "eyJhbGciOiJIUzI1NiJ9..x"})
    void refusesWhatIsNoToken(String token) {
        assertThat(verifier.verify(token)).isInstanceOf(Refused.class);
    }

    @Test
    void refusesUsersThatAreTooLong() {
        char[] name = new char[65];
        Arrays.fill(name, 'x');
        assertRefused(
                token("{\"aud\":\"demo\",\"sub\":\"" + new String(name) + "\",\"exp\":" + (NOW_S + 100) + "}"),
                ProtocolCode.TOKEN_REFUSED,
                "sub");
    }

    @Test
    void refusesAppsThatAreUnknownDisabledOrOfAnotherPool() {
        String token = token(claims(NOW_S + 100));
        assertAccepted(token);

        apps.put("demo", TestTokens.app("demo").toBuilder().addPools("vip").build());
        version++;
        assertRefused(token, ProtocolCode.WRONG_POOL, "default");
        apps.put("demo", TestTokens.app("demo").toBuilder().setDisabled(true).build());
        version++;
        assertRefused(token, ProtocolCode.APP_UNKNOWN, "no such app");
        apps.clear();
        version++;
        assertRefused(token, ProtocolCode.APP_UNKNOWN, "no such app");
    }

    @Test
    void forgetsWhatItVerifiedWhenItExpires() {
        String token = token(claims(NOW_S + 100));
        assertAccepted(token);
        nowMs += 161_000;
        assertRefused(token, ProtocolCode.TOKEN_REFUSED, "expired");
    }

    @Test
    void takesEd25519WhereTheAppGaveAPublicKey() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = pair.getPublic().getEncoded();
        byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        apps.put(
                "demo",
                App.newBuilder()
                        .setId("demo")
                        .addClientKeys(ClientKey.newBuilder()
                                .setId("ed")
                                .setAlgorithm("EdDSA")
                                .setPublicKey(ByteString.copyFrom(raw)))
                        .build());
        String signed = TestTokens.base64("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + TestTokens.base64(claims(NOW_S + 100).getBytes(StandardCharsets.UTF_8));
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(signed.getBytes(StandardCharsets.US_ASCII));

        assertAccepted(signed + "." + TestTokens.base64(signer.sign()));
        assertRefused(signed + "." + TestTokens.base64(new byte[64]), ProtocolCode.TOKEN_REFUSED, "signature");
        // The public key as an HMAC secret: the oldest trick.
        assertRefused(
                TestTokens.signed("{\"alg\":\"HS256\",\"kid\":\"ed\"}", claims(NOW_S + 100), raw),
                ProtocolCode.TOKEN_REFUSED,
                "alg");
    }
}
