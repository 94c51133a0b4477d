package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState.Member;
import java.util.stream.Collectors;

/** What a fleet that has just become ready says of itself. */
final class Ready {
    private Ready() {}

    static void print(Fleet fleet) throws FleetException {
        var state = fleet.state();
        System.out.println("ready");
        System.out.println(
                "  HTTP API    " + state.ofRole("center").map(Ready::http).collect(Collectors.joining(", ")));
        System.out.println(
                "  dispatcher  " + state.ofRole("dispatcher").map(Ready::http).collect(Collectors.joining(", ")));
        System.out.println("  app         " + state.credentials().app() + ", api key "
                + state.credentials().apiKey());
        System.out.println("  data, logs  " + fleet.data().path());
    }

    private static String http(Member member) {
        return "http://" + member.address("http");
    }
}
