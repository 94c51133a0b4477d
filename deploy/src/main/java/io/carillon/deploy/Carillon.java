package io.carillon.deploy;

import io.carillon.deploy.command.BroadcastCommand;
import io.carillon.deploy.command.DemoCommand;
import io.carillon.deploy.command.DeviceCommand;
import io.carillon.deploy.command.DownCommand;
import io.carillon.deploy.command.KickCommand;
import io.carillon.deploy.command.KillCommand;
import io.carillon.deploy.command.MessageCommand;
import io.carillon.deploy.command.PushCommand;
import io.carillon.deploy.command.RestartCommand;
import io.carillon.deploy.command.StartCommand;
import io.carillon.deploy.command.StatusCommand;
import io.carillon.deploy.command.TokenCommand;
import io.carillon.deploy.command.UpCommand;
import io.carillon.deploy.command.UserCommand;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.http.CenterException;
import io.carillon.runtime.logging.Logging;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code carillon} command. Exit status: 0 done, 1 it could not be done and one sentence said why, 2 it was called
 * wrongly. {@code run}, {@code test}, {@code dist} and {@code bench} are the script's own, and are listed here for the help.
 */
@Command(
        name = "carillon",
        mixinStandardHelpOptions = true,
        versionProvider = ReleaseVersion.class,
        sortOptions = false,
        description = "A long-connection push gateway cluster.",
        footerHeading = "%nAlso:%n",
        footer = {
            "  run ROLE  Runs one service in the foreground against stores given by address.",
            "  dist      Makes one archive with all roles that needs nothing but a JDK.",
            "  test      Builds and runs all tests.",
            "  bench     The load tool.",
            "",
            "Each of them has --help. The fleet is found by --data DIR or CARILLON_DATA (default ./data)."
        },
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            StatusCommand.class,
            DownCommand.class,
            KillCommand.class,
            StartCommand.class,
            RestartCommand.class,
            DeviceCommand.class,
            PushCommand.class,
            BroadcastCommand.class,
            KickCommand.class,
            UserCommand.class,
            MessageCommand.class,
            TokenCommand.class
        })
public final class Carillon implements Runnable {
    private static final int FAILED = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a subcommand is missing");
    }

    public static void main(String[] args) {
        Logging.configureCommand();
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Carillon())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof FleetException || exception instanceof CenterException) {
                        command.getErr().println("carillon: " + exception.getMessage());
                    } else {
                        exception.printStackTrace(command.getErr());
                    }
                    return FAILED;
                });
    }
}
