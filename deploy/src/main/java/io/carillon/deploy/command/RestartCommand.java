package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState.Member;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code carillon restart NAME} and {@code restart --role ROLE}. */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        description = "Stops one process of the fleet with SIGTERM, or one after the other of a role, starts it, and"
                + " returns once it is ready.")
public final class RestartCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "such as room-1 or redis")
    private @Nullable String name;

    @Option(names = "--role", paramLabel = "ROLE", description = "all processes of a role, one after the other")
    private @Nullable String role;

    @Option(
            names = "--drain",
            description = "has a room's clients connect to other rooms first, at a rate; up to three minutes a room")
    private boolean drain;

    @Option(names = "--force", description = "drains a room also where no other one takes clients")
    private boolean force;

    @Override
    public Integer call() throws FleetException, InterruptedException {
        Fleet fleet = option.fleet();
        for (String process : processes(fleet)) {
            if (drain) {
                fleet.drain(process, force);
            }
            fleet.stop(process);
            fleet.start(process);
            System.out.println(process + " restarted");
        }
        return 0;
    }

    private List<String> processes(Fleet fleet) throws FleetException {
        String one = name;
        String ofRole = role;
        if ((one == null) == (ofRole == null)) {
            throw new ParameterException(spec.commandLine(), "expected: NAME, or --role ROLE");
        }
        if (one != null) {
            return List.of(one);
        }
        List<String> names =
                fleet.state().ofRole(String.valueOf(ofRole)).map(Member::name).toList();
        if (names.isEmpty()) {
            throw new FleetException("--role " + ofRole + ": no process of this fleet has it (expected: such as room)");
        }
        return names;
    }
}
