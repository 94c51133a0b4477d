package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.Trust;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.deploy.traffic.Devices;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carillon device}. */
@Command(
        name = "device",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Devices through the SDK, printing what they receive until Ctrl-C.")
public final class DeviceCommand implements Callable<Integer> {
    private static final int COUNT_MAX = 20_000;

    @Mixin
    private final FleetOption option = new FleetOption();

    @Mixin
    private final AppOption app = new AppOption();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Who who;

    @Option(names = "--count", paramLabel = "N", description = "so many devices: users U-0 to U-(N-1)")
    private @Nullable Integer count;

    @Option(names = "--json", description = "one JSON object a line")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** One user, or a file of them. */
    static final class Who {
        @Option(names = "--user", paramLabel = "U", required = true, description = "the user")
        @Nullable
        String user;

        @Option(names = "--users", paramLabel = "FILE", required = true, description = "users, one a line")
        @Nullable
        Path file;
    }

    @Override
    public Integer call() throws FleetException, InterruptedException {
        Fleet fleet = option.fleet();
        FleetState state = fleet.state();
        List<String> users = users();
        URI dispatcher = URI.create(
                "http://" + state.ofRole("dispatcher").findFirst().orElseThrow().address("http"));
        DeviceEvents events = json ? new JsonEvents(System.out) : new TextEvents(System.out);
        try (CenterClient center = app.center(state);
                Devices devices = new Devices(dispatcher, app.app(state), center, Trust.of(fleet.data()), events)) {
            devices.connect(users);
            // Until Ctrl-C or SIGTERM ends the process.
            new CountDownLatch(1).await();
            return 0;
        }
    }

    private List<String> users() throws FleetException {
        Path file = who.file;
        if (file != null) {
            if (count != null) {
                throw new ParameterException(spec.commandLine(), "--count goes with --user, not with --users");
            }
            try {
                return Files.readAllLines(file).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
            } catch (IOException e) {
                throw new FleetException("--users " + file + " can't be read: " + e.getMessage(), e);
            }
        }
        String user = String.valueOf(who.user);
        if (count == null) {
            return List.of(user);
        }
        if (count < 1 || count > COUNT_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--count: " + count + " (expected: 1 to " + COUNT_MAX + ")");
        }
        return IntStream.range(0, count).mapToObj(i -> user + "-" + i).toList();
    }
}
