package io.carillon.dispatcher.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientAddressTest {
    private final ClientAddress subject = new ClientAddress(List.of("10.0.0.0/8", "fd00::/8"));

    @Test
    void thePeerIsTheClientWhereItIsNoTrustedProxy() {
        assertThat(find("203.0.113.9", "198.51.100.1")).isEqualTo("203.0.113.9");
        assertThat(find("203.0.113.9")).isEqualTo("203.0.113.9");
    }

    @Test
    void behindTrustedProxiesItIsTheRightmostUntrustedAddress() {
        assertThat(find("10.0.0.1", "198.51.100.1")).isEqualTo("198.51.100.1");
        assertThat(find("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.9.9.9")).isEqualTo("198.51.100.1");
        assertThat(find("10.0.0.1", "6.6.6.6", "198.51.100.1", "10.9.9.9,10.8.8.8"))
                .isEqualTo("198.51.100.1");
        assertThat(find("fd00::1", "2001:db8::7")).isEqualTo("2001:db8:0:0:0:0:0:7");
    }

    @Test
    void whereAllAreTrustedItIsTheLeftmost() {
        assertThat(find("10.0.0.1", "10.1.1.1, 10.2.2.2")).isEqualTo("10.1.1.1");
    }

    @Test
    void whatCannotBeReadEndsTheWalk() {
        assertThat(find("10.0.0.1", "198.51.100.1, unknown, 10.2.2.2")).isEqualTo("10.2.2.2");
        assertThat(find("10.0.0.1", "")).isEqualTo("10.0.0.1");
        assertThat(find("10.0.0.1", ",")).isEqualTo("10.0.0.1");
        assertThat(find("10.0.0.1", "example.com")).isEqualTo("10.0.0.1");
    }

    @Test
    void readsForwardedAsRfc7239WritesIt() {
        assertThat(find("10.0.0.1", "for=198.51.100.1;proto=https;by=10.0.0.1")).isEqualTo("198.51.100.1");
        assertThat(find("10.0.0.1", "for=6.6.6.6, For=\"[2001:db8:cafe::17]:4711\"; proto=http, for=10.1.1.1"))
                .isEqualTo("2001:db8:cafe:0:0:0:0:17");
        assertThat(find("10.0.0.1", "for=198.51.100.1:8080")).isEqualTo("198.51.100.1");
        assertThat(find("10.0.0.1", "for=_hidden")).isEqualTo("10.0.0.1");
        assertThat(find("10.0.0.1", "proto=https")).isEqualTo("10.0.0.1");
    }

    @Test
    void aBadTrustedPrefixIsNamed() {
        assertThatThrownBy(() -> new ClientAddress(List.of("10.0.0.0/99"))).hasMessageContaining("'10.0.0.0/99'");
    }

    @Test
    void anyHeaderLeavesAnAddress() {
        Random random = new Random(11);
        String alphabet = "10.,;=\"[]:for abcdef%é";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(subject.find(new byte[] {10, 0, 0, 1}, List.of(text.toString())).length)
                    .isIn(4, 16);
        }
    }

    private String find(String peer, String... headers) {
        try {
            byte[] found = subject.find(InetAddress.ofLiteral(peer).getAddress(), List.of(headers));
            return InetAddress.getByAddress(found).getHostAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
