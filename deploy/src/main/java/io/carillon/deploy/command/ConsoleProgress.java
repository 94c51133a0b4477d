package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Progress;
import java.io.PrintStream;

/** Lines, and on a terminal one more line below them that counts. Thread-safe. */
final class ConsoleProgress implements Progress {
    private static final String CLEAR_LINE = "\r\033[2K";

    private final PrintStream out;
    private final boolean terminal;
    private boolean counting;

    ConsoleProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public synchronized void step(String line) {
        if (counting) {
            out.print(CLEAR_LINE);
            counting = false;
        }
        out.println(line);
    }

    @Override
    public synchronized void counting(String line) {
        if (terminal) {
            out.print(CLEAR_LINE + line);
            out.flush();
            counting = true;
        }
    }
}
