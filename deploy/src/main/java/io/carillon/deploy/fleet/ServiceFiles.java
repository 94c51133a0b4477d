package io.carillon.deploy.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.carillon.deploy.fleet.FleetPlan.Node;
import io.carillon.deploy.fleet.FleetState.Port;
import io.carillon.deploy.store.EmbeddedMariaDb;
import io.carillon.deploy.store.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Writes a service's configuration file: what the fleet fixes, and over it what the fleet's own file says. */
final class ServiceFiles {
    private static final YAMLMapper YAML = new YAMLMapper();

    private final DataDirectory data;
    private final FleetPlan plan;
    private final FleetConfig config;
    private final FleetState.Credentials credentials;
    private final String cluster;
    private final ListenerCertificate certificate;

    ServiceFiles(
            DataDirectory data,
            FleetPlan plan,
            FleetConfig config,
            FleetState.Credentials credentials,
            String cluster,
            ListenerCertificate certificate) {
        this.data = data;
        this.plan = plan;
        this.config = config;
        this.credentials = credentials;
        this.cluster = cluster;
        this.certificate = certificate;
    }

    Path write(Node node) throws IOException {
        ObjectNode root = YAML.createObjectNode();
        root.set("node", nodeSection(node));
        switch (node.role()) {
            case ROOM -> room(node, root);
            case SAVER -> saver(root);
            case CENTER -> center(node, root);
            case DISPATCHER -> root.put("http", loopback(node, "http"));
            // A newcomer's endpoint runs on the same machine.
            case COORDINATOR -> root.put("allow-private-endpoints", true);
            case REGISTER -> {}
        }
        overlay(root, config.roles().get(node.role().id()));
        overlay(root, config.nodes().get(node.name()));
        Path file = data.configuration(node.name());
        PrivateFiles.write(file, YAML.writeValueAsString(root));
        return file;
    }

    private ObjectNode nodeSection(Node node) {
        ObjectNode section = YAML.createObjectNode();
        section.put("name", node.name());
        section.put("cluster", cluster);
        section.put("rpc", loopback(node, "rpc"));
        section.put("rpc-secret", credentials.rpcSecret());
        section.put("admin", loopback(node, "admin"));
        section.put("admin-key", credentials.adminKey());
        section.put("data-directory", data.of("node").resolve(node.name()).toString());
        section.putObject("discovery")
                .put("zookeeper", "127.0.0.1:" + plan.stores().get("zookeeper"));
        return section;
    }

    private void room(Node node, ObjectNode root) {
        var listeners = root.putArray("listeners");
        for (String transport : new String[] {"tcp", "tls", "ws"}) {
            ObjectNode listener = listeners.addObject();
            listener.put("bind", loopback(node, transport));
            listener.put("transport", transport);
            if (transport.equals("tls")) {
                listener.put("certificate", certificate.certificate().toString());
                listener.put("private-key", certificate.privateKey().toString());
            }
        }
    }

    private void saver(ObjectNode root) {
        root.putObject("redis")
                .put(
                        "uris",
                        "redis://:" + credentials.storePassword() + "@127.0.0.1:"
                                + plan.stores().get("redis"));
        root.putObject("mysql")
                .put("url", "jdbc:mysql://127.0.0.1:" + plan.stores().get("mysql") + "/" + EmbeddedMariaDb.DATABASE)
                .put("user", EmbeddedMariaDb.USER)
                .put("password", credentials.storePassword());
    }

    private void center(Node node, ObjectNode root) {
        root.put("http", loopback(node, "http"));
        root.put("admin-key", credentials.adminKey());
    }

    private static String loopback(Node node, String purpose) {
        return "127.0.0.1:"
                + node.ports().stream()
                        .filter(port -> port.purpose().equals(purpose))
                        .mapToInt(Port::number)
                        .findFirst()
                        .orElseThrow();
    }

    /** Keys of {@code over} win; mappings are merged, anything else is replaced. */
    private static void overlay(ObjectNode root, @org.jspecify.annotations.Nullable ObjectNode over) {
        if (over == null) {
            return;
        }
        for (Map.Entry<String, JsonNode> entry : over.properties()) {
            JsonNode below = root.get(entry.getKey());
            if (below instanceof ObjectNode belowObject && entry.getValue() instanceof ObjectNode overObject) {
                overlay(belowObject, overObject);
            } else {
                root.set(entry.getKey(), entry.getValue());
            }
        }
    }
}
