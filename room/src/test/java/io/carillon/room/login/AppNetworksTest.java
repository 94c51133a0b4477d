package io.carillon.room.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.App;
import io.carillon.runtime.net.Networks;
import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AppNetworksTest {
    private final AppNetworks networks = new AppNetworks();

    private boolean admits(App.Builder app, String address) {
        InetAddress from = Objects.requireNonNull(Networks.literal(address));
        return networks.admits(app.setId("demo").build(), from);
    }

    @Test
    void anAppWithoutListsTakesAll() {
        assertThat(admits(App.newBuilder(), "203.0.113.9")).isTrue();
    }

    @Test
    void denyWinsOverAllow() {
        App.Builder app = App.newBuilder().addAllowNetworks("203.0.113.0/24").addDenyNetworks("203.0.113.9");
        assertThat(admits(app, "203.0.113.8")).isTrue();
        assertThat(admits(app, "203.0.113.9")).isFalse();
        assertThat(admits(app, "198.51.100.1")).isFalse();
    }

    @Test
    void aChangeHoldsFromTheNextLoginOn() {
        assertThat(admits(App.newBuilder().addDenyNetworks("203.0.113.0/24"), "203.0.113.9"))
                .isFalse();
        assertThat(admits(App.newBuilder().addDenyNetworks("198.51.100.0/24"), "203.0.113.9"))
                .isTrue();
    }

    @Test
    void whatCannotBeReadShutsNobodyOut() {
        assertThat(admits(App.newBuilder().addAllowNetworks("a later release's"), "203.0.113.9"))
                .isTrue();
    }
}
