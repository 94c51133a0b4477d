package io.carillon.deploy.command;

import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code carillon token}. */
@Command(name = "token", mixinStandardHelpOptions = true, description = "Prints a client token for a user.")
public final class TokenCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Mixin
    private final AppOption app = new AppOption();

    @Option(names = "--user", paramLabel = "U", required = true, description = "whom the token is for")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String user;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException {
        FleetState state = option.fleet().state();
        try (CenterClient center = app.center(state)) {
            System.out.println(center.token(user));
            return 0;
        }
    }
}
