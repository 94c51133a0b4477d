package io.carillon.sdk.route;

import io.carillon.sdk.link.Endpoint;
import java.util.ArrayList;
import java.util.List;

/** The order of a race: never two ports of one machine next to each other, IPv6 and IPv4 in turn. */
public final class Interleaving {
    private Interleaving() {}

    /** The same endpoints, the first first; where a rule can't be kept the order stays. */
    public static List<Endpoint> of(List<Endpoint> endpoints) {
        List<Endpoint> rest = new ArrayList<>(endpoints);
        List<Endpoint> order = new ArrayList<>(rest.size());
        while (!rest.isEmpty()) {
            order.add(rest.remove(order.isEmpty() ? 0 : next(order.get(order.size() - 1), rest)));
        }
        return order;
    }

    private static int next(Endpoint before, List<Endpoint> rest) {
        int otherMachine = -1;
        for (int i = 0; i < rest.size(); i++) {
            Endpoint candidate = rest.get(i);
            if (candidate.ip().equals(before.ip())) {
                continue;
            }
            if (candidate.ipv6() != before.ipv6()) {
                return i;
            }
            if (otherMachine < 0) {
                otherMachine = i;
            }
        }
        return Math.max(0, otherMachine);
    }
}
