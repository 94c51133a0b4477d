package io.carillon.deploy.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code carillon kick}. */
@Command(
        name = "kick",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "POST /v1/users/{user}/kick: ends a user's session, and bans the user where asked.",
            "Exit 0 also where there was no session; the answer says so. DELETE /v1/users/{user}/ban lifts a ban."
        })
public final class KickCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Option(names = "--user", paramLabel = "U", required = true, description = "whose session ends")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String user;

    @Option(names = "--reason", paramLabel = "R", description = "for the client")
    private @Nullable String reason;

    @Option(names = "--ban", paramLabel = "SECONDS", description = "so long the user may not log in")
    private @Nullable Long banSeconds;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (reason != null) {
            body.put("reason", reason);
        }
        if (banSeconds != null) {
            body.put("ban_seconds", banSeconds);
        }
        try (CenterClient center = Centers.ofApp(option.fleet().state())) {
            return ApiCall.print(center.post("/v1/users/" + CenterClient.segment(user) + "/kick", body));
        }
    }
}
