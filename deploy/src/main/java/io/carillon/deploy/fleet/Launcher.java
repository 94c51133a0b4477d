package io.carillon.deploy.fleet;

import io.carillon.deploy.fleet.FleetState.Member;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts processes that outlive their starter: in a session of their own, so that neither Ctrl-C nor the end of a
 * terminal reaches them, with nothing to read and their output in a file.
 */
final class Launcher {
    private static final int TAIL_LINES = 15;
    private static final String SETSID = "/usr/bin/setsid";

    private Launcher() {}

    static Member launch(Member member) throws FleetException {
        List<String> command = new ArrayList<>();
        // Executed by a child that leads no process group, setsid becomes the program itself: the pid is the program's.
        if (Files.isExecutable(Path.of(SETSID))) {
            command.add(SETSID);
        }
        command.addAll(member.command());
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            // A service takes such variables for its configuration; the fleet's processes have theirs in files.
            builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
            Process process = builder.directory(new File(member.directory()))
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(member.log())))
                    .start();
            ProcessIdentity identity = ProcessIdentity.of(process.pid())
                    .orElseThrow(() ->
                            new FleetException(member.name() + " ended as soon as it was started. " + tail(member)));
            return member.running(identity);
        } catch (IOException e) {
            throw new FleetException(member.name() + " can't be started: " + e.getMessage(), e);
        }
    }

    /** The last lines of a process's log, for a complaint about it. */
    static String tail(Member member) {
        try {
            List<String> lines = Files.readAllLines(Path.of(member.log()), StandardCharsets.ISO_8859_1);
            List<String> last = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
            return "The end of " + member.log() + ":\n  " + String.join("\n  ", last);
        } catch (IOException | UncheckedIOException e) {
            return "Its log " + member.log() + " can't be read: " + e.getMessage();
        }
    }
}
