package io.carillon.dispatcher.choice;

import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.discovery.NodeRecord.Advertised;
import io.carillon.runtime.discovery.NodeRecord.Load;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rooms as discovery lists them. */
public final class Nodes {
    private Nodes() {}

    /** @param listeners {@code transport=host:port} */
    public static NodeRecord room(String name, String site, String pool, int weight, Load load, String... listeners) {
        List<Advertised> addresses = Arrays.stream(listeners)
                .map(text -> {
                    String[] parts = text.split("[=]|:(?=\\d+$)");
                    return new Advertised(parts[0], parts[1], Integer.parseInt(parts[2]));
                })
                .toList();
        return new NodeRecord("room", name, site, pool, weight, "1", 1, "h:1", "", "", addresses, load, false);
    }

    public static NodeRecord room(String name, String site, String... listeners) {
        return room(name, site, "default", 100, Load.NONE, listeners);
    }

    /** Rooms {@code site-0 …}, each on a machine of its own with ports 443 and 80. */
    public static List<NodeRecord> site(String site, int rooms) {
        List<NodeRecord> nodes = new ArrayList<>();
        for (int i = 0; i < rooms; i++) {
            String host = site + "-" + i + ".example";
            nodes.add(room(site + "-" + i, site, "tcp=" + host + ":443", "tcp=" + host + ":80"));
        }
        return nodes;
    }
}
