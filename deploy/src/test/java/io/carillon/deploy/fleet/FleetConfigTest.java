package io.carillon.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetConfigTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void takesFreePortsAtRandomWhereZeroIsNamed() throws Exception {
        FleetConfig config = FleetConfig.NONE.withRandomPorts();

        FleetPlan plan = FleetPlan.of(config, new Ports(new Random(1), new PortReservations(directory)));

        assertThat(plan.stores().values()).doesNotContain(6390, 3390, 2191).allMatch(port -> port >= 20_000);
    }

    @Test
    void readsCountsPortsAndConfigurationByRoleAndProcess() throws Exception {
        FleetConfig config = read("""
                rooms: 3
                ports: {center: 9080}
                roles: {room: {idle-timeout: 60s}}
                nodes: {room-1: {idle-timeout: 90s}}
                """);
        assertThat(config.counts()).containsEntry("rooms", 3);
        assertThat(config.ports()).containsEntry("center", 9080);
        assertThat(config.roles().get("room")).hasToString("{\"idle-timeout\":\"60s\"}");
        assertThat(config.nodes()).containsKey("room-1");
        assertThat(config.withCounts(Map.of("rooms", 1)).counts()).containsEntry("rooms", 1);
    }

    @Test
    void anEmptyFileChangesNothing() throws Exception {
        assertThat(read("")).isEqualTo(FleetConfig.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rooms: 0                  | rooms: 0 (expected: a number from 1 to 64)",
                "rooms: many               | rooms: \"many\" (expected: a number from 1 to 64)",
                "roms: 2                   | roms: unknown (expected one of:",
                "ports: {centre: 1}        | ports.centre: unknown (expected one of: admin, center,",
                "ports: {center: 70000}    | ports.center: 70000 (expected: a number from 0 to 65535)",
                "ports: 7                  | ports: 7 (expected: keys and values)",
                "roles: {gateway: {}}      | roles.gateway: unknown (expected one of: center,",
                "- a                       | (expected: keys and values)",
                "'a: [1'                   | expected",
            })
    void namesTheOffendingKey(String yaml, String complaint) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(FleetException.class).hasMessageContaining(complaint);
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThatThrownBy(() -> FleetConfig.read(directory.resolve("none.yaml")))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("none.yaml: no such file");
    }

    @Test
    void refusesConfigurationForAProcessThatTheFleetHasNot() throws Exception {
        FleetConfig config = read("nodes: {room-9: {}}");
        assertThatThrownBy(() -> FleetPlan.of(config, new Ports(new Random(1), new PortReservations(directory))))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("nodes.room-9: no such process in this fleet");
    }

    @Test
    void plansTheDefaultFleet() throws Exception {
        FleetPlan plan = FleetPlan.of(FleetConfig.NONE, new Ports(new Random(1), new PortReservations(directory)));
        assertThat(plan.services().stream().map(FleetPlan.Node::name))
                .containsExactly(
                        "room-1",
                        "room-2",
                        "register-1",
                        "register-2",
                        "saver-1",
                        "saver-2",
                        "center-1",
                        "center-2",
                        "coordinator-1",
                        "dispatcher-1");
    }

    private FleetConfig read(String yaml) throws Exception {
        Path file = directory.resolve("fleet.yaml");
        Files.writeString(file, yaml);
        return FleetConfig.read(file);
    }
}
