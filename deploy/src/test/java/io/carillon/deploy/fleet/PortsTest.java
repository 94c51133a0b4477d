package io.carillon.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private PortReservations reservations;

    @SuppressWarnings("NullAway.Init")
    private Ports ports;

    @BeforeEach
    void make() {
        reservations = new PortReservations(directory);
        ports = new Ports(new Random(7), reservations);
    }

    @Test
    void twoFleetsThatStartAtOnceGetDifferentPorts() throws Exception {
        int port = ports.preferred(free());
        Ports other = new Ports(new Random(8), new PortReservations(directory));
        assertThat(other.preferred(port)).isNotEqualTo(port);
        reservations.close();
        assertThat(new Ports(new Random(9), new PortReservations(directory)).preferred(port))
                .isEqualTo(port);
    }

    @Test
    void aReservationEndsWithItsProcess() throws Exception {
        int port = free();
        Files.writeString(directory.resolve(Integer.toString(port)), "1 ticks:987654321987");
        assertThat(ports.preferred(port)).isEqualTo(port);
    }

    @Test
    void withoutADirectoryThereAreNoReservations() throws Exception {
        int port = free();
        assertThat(new Ports(new Random(7), new PortReservations(directory.resolve("none"))).preferred(port))
                .isEqualTo(port);
    }

    @Test
    void takesAnotherPortWhenThePreferredOneIsTaken() throws Exception {
        try (ServerSocket taken = listening()) {
            assertThat(ports.preferred(taken.getLocalPort())).isBetween(20_000, 32_000);
        }
    }

    @Test
    void refusesAPortNamedInConfigurationThatIsTaken() throws Exception {
        try (ServerSocket taken = listening()) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> ports.exactly(port, "ports.center"))
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining("ports.center: " + port + " is taken (expected: a free port on 127.0.0.1)");
        }
    }

    @Test
    void givesNoPortTwice() throws Exception {
        int port = free();
        assertThat(ports.preferred(port)).isEqualTo(port);
        assertThat(ports.preferred(port)).isNotEqualTo(port);
    }

    private static int free() throws IOException {
        try (ServerSocket probe = listening()) {
            return probe.getLocalPort();
        }
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
