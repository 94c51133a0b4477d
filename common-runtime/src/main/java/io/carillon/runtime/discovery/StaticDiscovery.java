package io.carillon.runtime.discovery;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** A fleet that is written down: nobody comes or goes, announcements have nobody to tell. */
public final class StaticDiscovery implements Discovery {
    private final List<NodeRecord> nodes;

    public StaticDiscovery(Collection<DiscoveryConfig.StaticNode> nodes) {
        this.nodes = nodes.stream().map(StaticDiscovery::record).toList();
    }

    private static NodeRecord record(DiscoveryConfig.StaticNode node) {
        return new NodeRecord(
                node.role(),
                node.name(),
                node.site(),
                node.pool(),
                node.weight(),
                "",
                0,
                node.rpc().toString(),
                "",
                node.http(),
                node.listeners().stream()
                        .map(DiscoveryConfig.StaticNode::advertised)
                        .toList(),
                NodeRecord.Load.NONE,
                false);
    }

    @Override
    public void announce(NodeRecord self) {}

    @Override
    public void withdraw() {}

    @Override
    public List<NodeRecord> nodes(String role) {
        return nodes.stream().filter(node -> node.role().equals(role)).toList();
    }

    @Override
    public void follow(String role, Consumer<Collection<NodeRecord>> onChange) {
        onChange.accept(nodes(role));
    }

    @Override
    public boolean connected() {
        return true;
    }

    @Override
    public void close() {}
}
