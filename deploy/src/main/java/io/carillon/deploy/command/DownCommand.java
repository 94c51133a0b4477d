package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code carillon down}. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops the fleet in order: dispatcher, rooms, centers, coordinator, registers, savers, stores.")
public final class DownCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Override
    public Integer call() throws FleetException, InterruptedException {
        Fleet fleet = option.fleet();
        boolean ran = fleet.state().anyAlive();
        fleet.down();
        System.out.println(
                ran ? "down" : "nothing was running on " + fleet.data().path());
        return 0;
    }
}
