package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.Progress;
import java.io.Console;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which fleet a command means. */
final class FleetOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:CARILLON_DATA:-data}",
            description = "the fleet's data directory (default: CARILLON_DATA, else ./data)")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path data;

    Fleet fleet() {
        return fleet(progress());
    }

    private static boolean terminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    Progress progress() {
        return new ConsoleProgress(System.err, terminal());
    }

    Fleet fleet(Progress progress) {
        return new Fleet(data, System.getenv(), progress);
    }
}
