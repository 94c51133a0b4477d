package io.carillon.bench.target;

import io.carillon.bench.device.DeviceTokens;
import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.ProcessIdentity;
import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.fleet.Trust;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The fleet that {@code carillon up} started on this machine, with its demonstration app.
 *
 * @param pids of its processes, the stores' included
 */
public record LocalFleet(Target target, List<Long> pids) {
    private static final String SAMPLE_USER = "bench";

    /** @throws IOException where none runs in that directory, or its center does not answer */
    public static LocalFleet in(Path data) throws IOException, InterruptedException {
        try {
            Fleet fleet = new Fleet(data, System.getenv(), Progress.SILENT);
            FleetState state = fleet.state();
            FleetState.Credentials credentials = state.credentials();
            try (CenterClient center = Centers.ofApp(state)) {
                DeviceTokens tokens =
                        new DeviceTokens(credentials.app(), center.token(SAMPLE_USER), credentials.clientSecret());
                Target target = new Target(
                        Target.Kind.FLEET,
                        state.ofRole("room").map(room -> room.address("tcp")).toList(),
                        state.ofRole("room").map(room -> room.address("tls")).toList(),
                        Trust.certificate(fleet.data()).toString(),
                        "",
                        "",
                        state.ofRole("center")
                                .map(one -> "http://" + one.address("http"))
                                .toList(),
                        credentials.apiKey(),
                        credentials.app(),
                        tokens.keyId(),
                        credentials.clientSecret(),
                        "mysql");
                return new LocalFleet(target, pids(state));
            }
        } catch (FleetException | CenterException e) {
            throw new IOException(
                    e.getMessage() + " (or give a server: --bare, --peer c, --mqtt HOST:PORT or --target FILE)", e);
        }
    }

    private static List<Long> pids(FleetState state) {
        List<Long> pids = new ArrayList<>();
        for (FleetState.Member member : state.processes()) {
            ProcessIdentity identity = member.identity();
            if (identity != null) {
                pids.add(identity.pid());
            }
        }
        return pids;
    }
}
