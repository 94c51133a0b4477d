package io.carillon.deploy.command;

import io.carillon.deploy.fleet.FleetException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code carillon kill NAME}. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        description = "kill -9 for one process of the fleet, service or store, by its name in status.")
public final class KillCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Parameters(paramLabel = "NAME", description = "such as room-1 or redis")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Override
    public Integer call() throws FleetException, InterruptedException {
        option.fleet().kill(name);
        System.out.println(name + " killed");
        return 0;
    }
}
