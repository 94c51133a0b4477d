package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetConfig;
import io.carillon.deploy.fleet.FleetException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carillon up}: the fleet, until Ctrl-C, or detached. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts the fleet on embedded stores and prints \"ready\" once every service is.",
            "In the foreground it stays until Ctrl-C or SIGTERM and then stops everything in order.",
            "What is stored in the data directory survives."
        })
public final class UpCommand implements Callable<Integer> {
    private static final int PROCESSES_MAX = 64;

    @Mixin
    private final FleetOption option = new FleetOption();

    @Option(names = "--detach", description = "return once everything is ready; ./carillon down stops it")
    private boolean detach;

    @Option(names = "--rooms", paramLabel = "N", description = "how many rooms (default: 2)")
    private @Nullable Integer rooms;

    @Option(names = "--registers", paramLabel = "N", description = "how many registers (default: 2)")
    private @Nullable Integer registers;

    @Option(names = "--savers", paramLabel = "N", description = "how many savers (default: 2)")
    private @Nullable Integer savers;

    @Option(names = "--centers", paramLabel = "N", description = "how many centers (default: 2)")
    private @Nullable Integer centers;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML: counts, ports, configuration by role and by process. A port named there must be free")
    private @Nullable Path config;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws FleetException, InterruptedException {
        Fleet fleet = option.fleet();
        FleetConfig wanted = config();
        if (detach) {
            fleet.up(wanted);
            Ready.print(fleet);
            return 0;
        }
        return new Foreground(fleet).run(wanted, () -> Ready.print(fleet));
    }

    private FleetConfig config() throws FleetException {
        FleetConfig fromFile = config == null ? FleetConfig.NONE : FleetConfig.read(config);
        Map<String, Integer> counts = new TreeMap<>();
        count(counts, "rooms", rooms);
        count(counts, "registers", registers);
        count(counts, "savers", savers);
        count(counts, "centers", centers);
        return fromFile.withCounts(counts);
    }

    private void count(Map<String, Integer> counts, String name, @Nullable Integer value) {
        if (value == null) {
            return;
        }
        if (value < 1 || value > PROCESSES_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--" + name + ": " + value + " (expected: 1 to " + PROCESSES_MAX + ")");
        }
        counts.put(name, value);
    }
}
