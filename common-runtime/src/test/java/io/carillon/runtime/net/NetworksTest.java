package io.carillon.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
    private static InetAddress address(String text) {
        return Objects.requireNonNull(Networks.literal(text));
    }

    private static boolean contains(String network, String address) {
        return Networks.parse("networks", List.of(network)).contains(address(address));
    }

    @Test
    void holdsWhatLiesInside() {
        assertThat(contains("10.0.0.0/8", "10.255.255.255")).isTrue();
        assertThat(contains("10.0.0.0/8", "11.0.0.0")).isFalse();
        assertThat(contains("203.0.113.128/25", "203.0.113.128")).isTrue();
        assertThat(contains("203.0.113.128/25", "203.0.113.127")).isFalse();
        assertThat(contains("203.0.113.9", "203.0.113.9")).isTrue();
        assertThat(contains("203.0.113.9", "203.0.113.8")).isFalse();
        assertThat(contains("2001:db8::/32", "2001:db8:ffff::1")).isTrue();
        assertThat(contains("2001:db8::/32", "2001:db9::1")).isFalse();
        assertThat(contains("2001:db8::8000:0:0:0/65", "2001:db8::8000:0:0:1")).isTrue();
        assertThat(contains("2001:db8::8000:0:0:0/65", "2001:db8::1")).isFalse();
        assertThat(contains("2001:db8::1", "2001:db8::1")).isTrue();
        assertThat(contains("2001:db8::1", "2001:db8::2")).isFalse();
    }

    @Test
    void everythingOfAFamilyIsNotTheOther() {
        assertThat(contains("0.0.0.0/0", "198.51.100.1")).isTrue();
        assertThat(contains("0.0.0.0/0", "2001:db8::1")).isFalse();
        assertThat(contains("::/0", "2001:db8::1")).isTrue();
    }

    @Test
    void bitsBehindThePrefixCountForNothing() {
        assertThat(contains("10.1.2.3/8", "10.200.0.1")).isTrue();
    }

    @Test
    void anEmptyListHoldsNothing() {
        assertThat(Networks.NONE.contains(address("10.0.0.1"))).isFalse();
        assertThat(Networks.parse("networks", List.of()).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"push.example", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "2001:db8::/129", "", "10.0.0/8"})
    void namesWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> Networks.parse("deny", List.of("10.0.0.0/8", text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("deny: " + text + " (expected:");
    }
}
