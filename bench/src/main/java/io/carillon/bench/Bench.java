package io.carillon.bench;

import io.carillon.bench.command.MergeCommand;
import io.carillon.bench.command.MillionCommand;
import io.carillon.bench.command.RunCommand;
import io.carillon.bench.scenario.BroadcastCommand;
import io.carillon.bench.scenario.PresenceCommand;
import io.carillon.bench.scenario.ScenarioSpec;
import io.carillon.bench.wire.TlsKind;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.http.CenterException;
import io.carillon.runtime.config.ConfigException;
import io.carillon.runtime.logging.Logging;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carillon bench}: load for a room by itself, for others beside it, and for the fleet that {@code up} started. */
@Command(
        name = "carillon bench",
        mixinStandardHelpOptions = true,
        description = {
            "The load tool. A scenario drives a room by itself (--bare), the C server beside it (--peer c), an MQTT",
            "broker (--mqtt), a fleet by its address (--target), or without any of these the one that",
            "`carillon up` started."
        })
public final class Bench implements Runnable {
    /** With one of these, broadcast is a scenario; without, it drives a fleet. */
    private static final Set<String> SERVERS = Set.of("--bare", "--peer", "--mqtt", "--target");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a scenario is missing");
    }

    static CommandLine commandLine(String... args) {
        CommandLine command = new CommandLine(new Bench());
        boolean server =
                Arrays.stream(args).map(arg -> arg.replaceFirst("=.*", "")).anyMatch(SERVERS::contains);
        for (ScenarioSpec.Kind kind : ScenarioSpec.Kind.values()) {
            boolean ofFleet = kind == ScenarioSpec.Kind.BROADCAST && !server;
            command.addSubcommand(kind.word(), ofFleet ? new BroadcastCommand() : new RunCommand(kind));
        }
        command.addSubcommand("merge", new MergeCommand());
        command.addSubcommand("million", new MillionCommand());
        command.addSubcommand("presence", new PresenceCommand());
        command.addSubcommand("run", new RunCommand(null));
        command.registerConverter(Duration.class, new RunCommand.DurationConverter());
        command.registerConverter(TlsKind.class, new RunCommand.TlsConverter());
        return command.setExecutionExceptionHandler((exception, failed, parsed) -> {
            if (exception instanceof FleetException
                    || exception instanceof CenterException
                    || exception instanceof ConfigException
                    || exception instanceof IOException
                    || exception instanceof IllegalArgumentException) {
                failed.getErr().println("carillon bench: " + exception.getMessage());
            } else {
                exception.printStackTrace(failed.getErr());
            }
            return 1;
        });
    }

    public static void main(String[] args) {
        Logging.configureCommand();
        System.exit(commandLine(args).execute(args));
    }
}
