package io.carillon.deploy.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Makes the demonstration app with the credentials that fleet.json has, unless an earlier start made it. */
final class DemoApp {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long AGAIN_MS = 300;
    private static final int CREATED = 201;
    private static final int CONFLICT = 409;
    private static final int SERVER_ERROR_FIRST = 500;

    private DemoApp() {}

    static void ensure(FleetState state) throws FleetException, InterruptedException {
        FleetState.Credentials credentials = state.credentials();
        ObjectNode app = JsonNodeFactory.instance
                .objectNode()
                .put("id", credentials.app())
                .put("api_key", credentials.apiKey())
                .put("client_secret", credentials.clientSecret());
        long startedNs = System.nanoTime();
        try (CenterClient center = Centers.ofAdmin(state)) {
            while (true) {
                CenterClient.Answer answer = center.post("/admin/v1/apps", app);
                if (answer.status() == CREATED || answer.status() == CONFLICT) {
                    awaitEverywhere(state, startedNs);
                    return;
                }
                // A center that has only just found its savers may still be refused by them.
                boolean again =
                        answer.status() >= SERVER_ERROR_FIRST && System.nanoTime() - startedNs < LIMIT.toNanos();
                if (!again) {
                    throw new FleetException("the app " + credentials.app() + " can't be made: " + answer.problem());
                }
                Thread.sleep(AGAIN_MS);
            }
        } catch (CenterException e) {
            throw new FleetException("the app " + credentials.app() + " can't be made: " + e.getMessage(), e);
        }
    }

    /** The other centers learn of it within a second: the fleet is not ready before any of them takes the key. */
    private static void awaitEverywhere(FleetState state, long startedNs)
            throws FleetException, CenterException, InterruptedException {
        for (FleetState.Member member : state.ofRole("center").toList()) {
            URI address = URI.create("http://" + member.address("http"));
            try (CenterClient center =
                    new CenterClient(List.of(address), state.credentials().apiKey())) {
                CenterClient.Answer answer = center.get("/v1/stats");
                while (!answer.ok()) {
                    if (System.nanoTime() - startedNs > LIMIT.toNanos()) {
                        throw new FleetException(member.name() + " does not take the key of the app "
                                + state.credentials().app() + ": " + answer.problem());
                    }
                    Thread.sleep(AGAIN_MS);
                    answer = center.get("/v1/stats");
                }
            }
        }
    }
}
