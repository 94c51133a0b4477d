package io.carillon.deploy.command;

import io.carillon.deploy.fleet.FleetException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code carillon start NAME}. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Starts one process of the fleet that does not run, and returns once it is ready.")
public final class StartCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Parameters(paramLabel = "NAME", description = "such as room-1 or redis")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Override
    public Integer call() throws FleetException, InterruptedException {
        option.fleet().start(name);
        System.out.println(name + " started");
        return 0;
    }
}
