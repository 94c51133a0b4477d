package io.carillon.deploy.fleet;

import io.carillon.deploy.fleet.FleetState.Port;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which processes a fleet has, and on which ports.
 *
 * @param stores port by store
 * @param services in the order in which they are started
 */
record FleetPlan(Map<String, Integer> stores, List<Node> services) {
    /** The first port of each kind; the second process of a kind prefers the next. */
    static final Map<String, Integer> PORT_DEFAULTS = Map.of(
            "dispatcher", 8070,
            "center", 8080,
            "room-tcp", 7101,
            "room-tls", 7201,
            "room-ws", 7301,
            "admin", 9101,
            "rpc", 9301,
            "redis", 6390,
            "mysql", 3390,
            "zookeeper", 2191);

    private static final List<ServiceRole> START_ORDER = List.of(
            ServiceRole.ROOM,
            ServiceRole.REGISTER,
            ServiceRole.SAVER,
            ServiceRole.CENTER,
            ServiceRole.COORDINATOR,
            ServiceRole.DISPATCHER);

    /** A service's process to be. */
    record Node(String name, ServiceRole role, List<Port> ports) {
        Node {
            ports = List.copyOf(ports);
        }
    }

    static Set<String> roleNames() {
        return Arrays.stream(ServiceRole.values()).map(ServiceRole::id).collect(Collectors.toSet());
    }

    static FleetPlan of(FleetConfig config, Ports ports) throws FleetException {
        Assignment assignment = new Assignment(config, ports);
        Map<String, Integer> stores = Map.of(
                "redis", assignment.port("redis", 0),
                "mysql", assignment.port("mysql", 0),
                "zookeeper", assignment.port("zookeeper", 0));
        List<Node> services = new ArrayList<>();
        for (ServiceRole role : START_ORDER) {
            for (int i = 0; i < count(role, config); i++) {
                services.add(assignment.node(role, i, services.size()));
            }
        }
        Set<String> names = services.stream().map(Node::name).collect(Collectors.toSet());
        for (String named : config.nodes().keySet()) {
            if (!names.contains(named)) {
                throw new FleetException("nodes." + named + ": no such process in this fleet (expected one of: "
                        + String.join(", ", names.stream().sorted().toList()) + ")");
            }
        }
        return new FleetPlan(stores, services);
    }

    private static int count(ServiceRole role, FleetConfig config) {
        return switch (role) {
            case COORDINATOR, DISPATCHER -> 1;
            case ROOM, REGISTER, SAVER, CENTER -> config.count(role.id() + "s", 2);
        };
    }

    private record Assignment(FleetConfig config, Ports ports) {
        Node node(ServiceRole role, int index, int overall) throws FleetException {
            List<Port> assigned = new ArrayList<>();
            assigned.add(new Port("rpc", port("rpc", overall)));
            assigned.add(new Port("admin", port("admin", overall)));
            for (String purpose : purposes(role).toList()) {
                String kind = role == ServiceRole.ROOM ? "room-" + purpose : role.id();
                assigned.add(new Port(purpose, port(kind, index)));
            }
            return new Node(role.id() + "-" + (index + 1), role, assigned);
        }

        private static Stream<String> purposes(ServiceRole role) {
            return switch (role) {
                case ROOM -> Stream.of("tcp", "tls", "ws");
                case CENTER, DISPATCHER -> Stream.of("http");
                case REGISTER, SAVER, COORDINATOR -> Stream.of();
            };
        }

        int port(String kind, int offset) throws FleetException {
            Integer named = config.ports().get(kind);
            if (named != null && named == 0) {
                return ports.free();
            }
            if (named != null) {
                return ports.exactly(named + offset, "ports." + kind);
            }
            Integer preferred = PORT_DEFAULTS.get(kind);
            if (preferred == null) {
                throw new IllegalArgumentException(kind);
            }
            return ports.preferred(preferred + offset);
        }
    }
}
