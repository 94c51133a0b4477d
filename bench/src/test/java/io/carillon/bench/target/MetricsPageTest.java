package io.carillon.bench.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.bench.wire.TlsKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private static final MetricsPage PAGE = new MetricsPage("""
            # HELP carillon_room_tls_handshakes_total TLS handshakes that are over
            # TYPE carillon_room_tls_handshakes_total counter
            carillon_room_tls_handshakes_total{outcome="failed"} 1.0
            carillon_room_tls_handshakes_total{outcome="full"} 12000.0
            carillon_room_tls_handshakes_total{outcome="resumed"} 2.4E4
            carillon_netty_direct_used 4194304.0
            jvm_buffer_memory_used_bytes{id="direct"} 8192.0
            jvm_buffer_memory_used_bytes{id="mapped"} 77.0
            """);

    @Test
    void countsHandshakesByTheirOutcome() {
        assertThat(List.of(PAGE.handshakes("full"), PAGE.handshakes("resumed"), PAGE.handshakes("failed")))
                .containsExactly(12_000L, 24_000L, 1L);
    }

    @Test
    void addsTheNetworksBuffersToTheJvms() {
        assertThat(PAGE.directBytes()).isEqualTo((4 << 20) + 8_192);
    }

    @Test
    void aServerWithoutTlsSaysSo() {
        Target target = Target.at(Target.Kind.C, "127.0.0.1:1");
        assertThat(target.addresses(TlsKind.NONE)).hasSize(1);
        assertThatThrownBy(() -> target.addresses(TlsKind.FULL))
                .hasMessage("tls: full (expected: none, since this target, c, has no tls-listeners)");
    }
}
