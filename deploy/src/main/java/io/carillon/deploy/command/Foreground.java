package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetConfig;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState.Member;
import java.util.HashSet;
import java.util.Set;

/**
 * Runs a fleet as long as this process runs. SIGINT and SIGTERM arrive as the JVM's shutdown, whose hook stops the fleet
 * in order; the processes have a session of their own, so a terminal's Ctrl-C reaches only this one.
 */
final class Foreground {
    private static final long LOOK_MS = 500;

    private final Fleet fleet;

    Foreground(Fleet fleet) {
        this.fleet = fleet;
    }

    /** What is done once everything is ready. */
    interface Work {
        void run() throws FleetException, InterruptedException;
    }

    /** A demonstration that was shown: whether all went well, and what ends it. */
    record Shown(boolean well, Runnable end) {}

    /** Something to show on a fleet that has become ready. */
    interface Show {
        Shown show() throws FleetException, InterruptedException;
    }

    /** Shows something, then stops the fleet, or with {@code once} unset keeps it running like {@link #run}. */
    int demonstrate(FleetConfig config, boolean once, Show show) throws FleetException, InterruptedException {
        Shown[] shown = new Shown[1];
        int status = hooked(() -> {
            fleet.up(config);
            try {
                shown[0] = show.show();
            } catch (FleetException | RuntimeException e) {
                fleet.down();
                throw e;
            }
            if (once) {
                shown[0].end().run();
                fleet.down();
            } else {
                watch();
                shown[0].end().run();
            }
        });
        return shown[0].well() ? status : 1;
    }

    /** Returns when the fleet was stopped from elsewhere; a signal ends the process with status 0 once all is down. */
    int run(FleetConfig config, Work onReady) throws FleetException, InterruptedException {
        return hooked(() -> {
            fleet.up(config);
            onReady.run();
            watch();
        });
    }

    private int hooked(Work work) throws FleetException, InterruptedException {
        Thread main = Thread.currentThread();
        Thread hook = Thread.ofPlatform().name("stop").unstarted(() -> stopAndEnd(main));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            work.run();
            return 0;
        } catch (InterruptedException e) {
            // The hook interrupted this thread and ends the process when the fleet is down.
            Thread.sleep(Long.MAX_VALUE);
            throw e;
        } finally {
            removeUnlessRunning(hook);
        }
    }

    private void watch() throws FleetException, InterruptedException {
        Set<String> told = new HashSet<>();
        while (true) {
            var state = fleet.state();
            if (state.processes().stream().allMatch(member -> member.identity() == null)) {
                System.err.println("the fleet was stopped");
                return;
            }
            for (Member member : state.processes()) {
                if (member.alive()) {
                    told.remove(member.name());
                } else if (told.add(member.name())) {
                    System.err.println(member.name() + " does not run any more; its log is " + member.log()
                            + "; ./carillon start " + member.name() + " starts it");
                }
            }
            Thread.sleep(LOOK_MS);
        }
    }

    private void stopAndEnd(Thread main) {
        int status = 0;
        try {
            main.interrupt();
            fleet.downWhenUnlocked();
        } catch (FleetException e) {
            System.err.println("carillon: " + e.getMessage());
            status = 1;
        } catch (InterruptedException e) {
            status = 1;
        }
        // A stop that was asked for and went well is no failure: without this the status would be the signal's.
        Runtime.getRuntime().halt(status);
    }

    private static void removeUnlessRunning(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs already; it ends the process.
            return;
        }
    }
}
