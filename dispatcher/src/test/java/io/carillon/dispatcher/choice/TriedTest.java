package io.carillon.dispatcher.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TriedTest {
    @Test
    void readsNamesAndBothKindsOfAddresses() {
        Tried tried = Tried.parse("Room-1.Example:443, 203.0.113.7:80,[2001:DB8::1]:7101");
        assertThat(tried.texts).containsExactly("room-1.example:443", "203.0.113.7:80", "[2001:db8::1]:7101");
        assertThat(tried.hasHost("2001:db8::1")).isTrue();
        assertThat(tried.hasPort(80)).isTrue();
        assertThat(tried.hasPort(81)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host",
                ":443",
                "host:",
                "host:0",
                "host:65536",
                "host:-1",
                "host:9999999999999",
                "host:44x",
                "a:443,",
                ",a:443",
                "2001:db8::1:443",
                "[2001:db8::1:443",
                "]a:1",
                "[]:1"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> Tried.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void refusesMoreThanTheBound() {
        assertThatThrownBy(() -> Tried.parse("a:1,".repeat(Tried.MAX) + "a:1"))
                .hasMessageContaining("65 addresses (expected: at most 64)");
    }

    @Test
    void randomTextIsReadOrRefusedAndNothingElse() {
        Random random = new Random(7);
        String alphabet = "a0:[],.%é\u0000-1234567890 ";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Tried.parse(text.toString());
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("expected");
            }
        }
    }
}
