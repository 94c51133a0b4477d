package io.carillon.runtime.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Sha256Test {
    /** FIPS 180-4's example of one block. */
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void isTheStandardsInOnePieceAndInParts() {
        assertThat(HexFormat.of().formatHex(Sha256.of("abc"))).isEqualTo(OF_ABC);
        assertThat(HexFormat.of().formatHex(Sha256.of(new byte[] {'a', 'b', 'c'})))
                .isEqualTo(OF_ABC);
        MessageDigest parts = Sha256.begin();
        parts.update((byte) 'a');
        assertThat(HexFormat.of().formatHex(parts.digest("bc".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(OF_ABC);
    }

    @Test
    void readsTextAsUtf8() {
        assertThat(Sha256.of("gr\u00fc\u00df")).isEqualTo(Sha256.of("gr\u00fc\u00df".getBytes(StandardCharsets.UTF_8)));
    }
}
