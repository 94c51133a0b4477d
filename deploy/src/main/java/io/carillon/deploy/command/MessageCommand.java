package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code carillon message}. */
@Command(
        name = "message",
        mixinStandardHelpOptions = true,
        description = "GET /v1/messages/{id}: what happened to a message.")
public final class MessageCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Parameters(paramLabel = "ID", description = "the message's id")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String id;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException {
        try (CenterClient center = Centers.ofApp(option.fleet().state())) {
            return ApiCall.print(center.get("/v1/messages/" + CenterClient.segment(id)));
        }
    }
}
