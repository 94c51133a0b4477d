package io.carillon.deploy.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a fleet shall be, as the file behind {@code up --config} says it. All of it may be left out:
 *
 * <pre>{@code
 * rooms: 3                # and registers, savers, centers
 * ports:
 *   center: 9080          # center-1's; center-2 has the next
 *   redis: 0              # a free one at random
 * roles:
 *   room:                 # for every room's configuration
 *     idle-timeout: 60s
 * nodes:
 *   room-1:               # for this one's
 *     idle-timeout: 90s
 * }</pre>
 *
 * @param counts how many of a role
 * @param ports the first port of a kind; named ports must be free, 0 takes free ones at random
 * @param roles configuration by role
 * @param nodes configuration by process name, stronger than by role
 */
public record FleetConfig(
        Map<String, Integer> counts,
        Map<String, Integer> ports,
        Map<String, ObjectNode> roles,
        Map<String, ObjectNode> nodes) {
    public static final FleetConfig NONE = new FleetConfig(Map.of(), Map.of(), Map.of(), Map.of());

    private static final int COUNT_MAX = 64;
    private static final Set<String> COUNTS = Set.of("rooms", "registers", "savers", "centers");
    private static final ObjectMapper YAML = new YAMLMapper();

    public FleetConfig {
        counts = Map.copyOf(counts);
        ports = Map.copyOf(ports);
        roles = Map.copyOf(roles);
        nodes = Map.copyOf(nodes);
    }

    /** Reads and checks a file; the complaint names the offending key. */
    public static FleetConfig read(Path file) throws FleetException {
        if (!Files.isRegularFile(file)) {
            throw new FleetException("--config " + file + ": no such file");
        }
        try {
            JsonNode root = YAML.readTree(Files.readAllBytes(file));
            return root == null || root.isMissingNode() || root.isNull() ? NONE : new Reader(file).read(root);
        } catch (JsonProcessingException e) {
            throw new FleetException("--config " + file + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new FleetException("--config " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    /** This one with free ports at random for all kinds that it names no port for. */
    public FleetConfig withRandomPorts() {
        Map<String, Integer> merged = new TreeMap<>(ports);
        FleetPlan.PORT_DEFAULTS.keySet().forEach(kind -> merged.putIfAbsent(kind, 0));
        return new FleetConfig(counts, merged, roles, nodes);
    }

    /** Counts given on the command line win over the file's. */
    public FleetConfig withCounts(Map<String, Integer> stronger) {
        Map<String, Integer> merged = new TreeMap<>(counts);
        merged.putAll(stronger);
        return new FleetConfig(merged, ports, roles, nodes);
    }

    int count(String plural, int otherwise) {
        return counts.getOrDefault(plural, otherwise);
    }

    private record Reader(Path file) {
        FleetConfig read(JsonNode root) throws FleetException {
            ObjectNode top = object(root, "the file");
            Map<String, Integer> counts = new TreeMap<>();
            Map<String, Integer> ports = new TreeMap<>();
            Map<String, ObjectNode> roles = new TreeMap<>();
            Map<String, ObjectNode> nodes = new TreeMap<>();
            for (Map.Entry<String, JsonNode> entry : top.properties()) {
                String key = entry.getKey();
                switch (key) {
                    case "ports" -> {
                        for (Map.Entry<String, JsonNode> port :
                                object(entry.getValue(), key).properties()) {
                            known("ports." + port.getKey(), port.getKey(), FleetPlan.PORT_DEFAULTS.keySet());
                            ports.put(port.getKey(), number("ports." + port.getKey(), port.getValue(), 0, 65_535));
                        }
                    }
                    case "roles" -> {
                        for (Map.Entry<String, JsonNode> role :
                                object(entry.getValue(), key).properties()) {
                            known("roles." + role.getKey(), role.getKey(), FleetPlan.roleNames());
                            roles.put(role.getKey(), object(role.getValue(), "roles." + role.getKey()));
                        }
                    }
                    case "nodes" -> {
                        for (Map.Entry<String, JsonNode> node :
                                object(entry.getValue(), key).properties()) {
                            nodes.put(node.getKey(), object(node.getValue(), "nodes." + node.getKey()));
                        }
                    }
                    default -> {
                        Set<String> expected = new TreeSet<>(COUNTS);
                        expected.addAll(Set.of("ports", "roles", "nodes"));
                        known(key, key, expected);
                        counts.put(key, number(key, entry.getValue(), 1, COUNT_MAX));
                    }
                }
            }
            return new FleetConfig(counts, ports, roles, nodes);
        }

        private void known(String path, String key, Set<String> expected) throws FleetException {
            if (!expected.contains(key)) {
                throw new FleetException(file + ": " + path + ": unknown (expected one of: "
                        + String.join(", ", new TreeSet<>(expected)) + ")");
            }
        }

        private ObjectNode object(JsonNode node, String path) throws FleetException {
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new FleetException(file + ": " + path + ": " + node + " (expected: keys and values)");
        }

        private int number(String path, JsonNode node, int min, int max) throws FleetException {
            if (!node.isInt() || node.intValue() < min || node.intValue() > max) {
                throw new FleetException(
                        file + ": " + path + ": " + node + " (expected: a number from " + min + " to " + max + ")");
            }
            return node.intValue();
        }
    }
}
