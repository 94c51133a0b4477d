package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code carillon user}. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        description = "GET /v1/users/{user}: whether it is online, where, and how much is pending.")
public final class UserCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Parameters(paramLabel = "U", description = "the user")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String id;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException {
        try (CenterClient center = Centers.ofApp(option.fleet().state())) {
            return ApiCall.print(center.get("/v1/users/" + CenterClient.segment(id)));
        }
    }
}
