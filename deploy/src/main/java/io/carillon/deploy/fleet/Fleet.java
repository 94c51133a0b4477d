package io.carillon.deploy.fleet;

import io.carillon.deploy.fleet.FleetState.Member;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fleet of one data directory: starts it, stops it, and does both to single processes. No agent stays behind:
 * everything it knows is in fleet.json, so any later call finds it. Calls that change the fleet exclude each other, over
 * processes too. Thread-safe in that sense.
 */
public final class Fleet {
    private static final Duration STORES_READY_MAX = Duration.ofMinutes(3);
    private static final Duration SERVICES_READY_MAX = Duration.ofMinutes(3);
    private static final Duration STOP_MAX = Duration.ofSeconds(40);
    private static final long LOCK_POLL_MS = 100;
    private static final Duration KILL_MAX = Duration.ofSeconds(60);

    private final DataDirectory data;
    private final Map<String, String> environment;
    private final Progress progress;
    private final Waiting waiting;

    public Fleet(Path dataDirectory, Map<String, String> environment, Progress progress) {
        this.data = new DataDirectory(dataDirectory);
        this.environment = Map.copyOf(environment);
        this.progress = progress;
        this.waiting = new Waiting(progress);
    }

    public DataDirectory data() {
        return data;
    }

    /**
     * Starts stores and services and returns when all are ready. What is stored in the data directory is kept. A start
     * that fails leaves nothing running.
     */
    public FleetState up(FleetConfig config) throws FleetException, InterruptedException {
        data.create();
        return data.locked(() -> up(config, null));
    }

    /**
     * Like {@link #up}; where the distribution has no archive of classes, and can be written, this start makes it for
     * later ones, and takes about twice as long.
     */
    public FleetState upForMany(FleetConfig config) throws FleetException, InterruptedException {
        data.create();
        Distribution distribution = Distribution.current();
        return data.locked(() -> {
            try (ClassArchive.Making making =
                    distribution.classArchive().making(data.of("classes")).orElse(null)) {
                FleetState running = up(config, making);
                if (making != null) {
                    making.make(distribution.archiver(), progress);
                }
                return running;
            }
        });
    }

    private FleetState up(FleetConfig config, ClassArchive.@Nullable Making making)
            throws FleetException, InterruptedException {
        try (PortReservations reservations = PortReservations.shared()) {
            return up(config, making, reservations);
        }
    }

    private FleetState up(FleetConfig config, ClassArchive.@Nullable Making making, PortReservations reservations)
            throws FleetException, InterruptedException {
        FleetState before = data.read().orElseGet(FleetPreparation::fresh);
        requireNothingRuns(before);
        FleetPlan plan = FleetPlan.of(config, new Ports(new SecureRandom(), reservations));
        progress.step("preparing the stores in " + data.path());
        FleetState prepared =
                new FleetPreparation(data, Distribution.current(), environment, making).prepare(plan, config, before);
        data.write(prepared);
        try {
            startAll(prepared.stores().toList(), STORES_READY_MAX);
            startAll(prepared.services().toList(), SERVICES_READY_MAX);
            FleetState running = state();
            DemoApp.ensure(running);
            return running;
        } catch (FleetException | InterruptedException | RuntimeException e) {
            stopAll(Progress.SILENT);
            throw e;
        }
    }

    /** Stops everything, callers before those they call, each within a bounded time; then kills. */
    public void down() throws FleetException, InterruptedException {
        state();
        data.locked(() -> stopAll(progress));
    }

    /** Like {@link #down}, but waits for another call that is changing the fleet; for a stop that must not be refused. */
    public void downWhenUnlocked() throws FleetException, InterruptedException {
        if (data.read().isEmpty()) {
            return;
        }
        long startedNs = System.nanoTime();
        while (true) {
            try {
                down();
                return;
            } catch (FleetException e) {
                if (System.nanoTime() - startedNs > STOP_MAX.toNanos()) {
                    throw e;
                }
                Thread.sleep(LOCK_POLL_MS);
            }
        }
    }

    /** SIGKILL for one process, which stays in the fleet as ended. */
    public void kill(String name) throws FleetException, InterruptedException {
        change(name, member -> {
            ProcessIdentity identity = member.identity();
            if (identity == null || !identity.alive()) {
                throw new FleetException(name + " does not run; ./carillon start " + name + " starts it");
            }
            identity.kill();
            if (!waiting.untilGone(List.of(member), KILL_MAX).isEmpty()) {
                throw new FleetException(name + " (pid " + identity.pid() + ") did not end within "
                        + KILL_MAX.toSeconds() + " s of a kill -9");
            }
            return member.running(null);
        });
    }

    /** Starts one process of the fleet again and returns when it is ready. */
    public void start(String name) throws FleetException, InterruptedException {
        change(name, member -> {
            if (member.alive()) {
                throw new FleetException(name + " runs already; ./carillon restart " + name + " stops and starts it");
            }
            return Launcher.launch(member);
        });
        Member started = require(name);
        waiting.untilReady(List.of(started), started.ofStore() ? STORES_READY_MAX : SERVICES_READY_MAX);
    }

    /** SIGTERM for one process, bounded, then a kill; returns when it is gone. */
    public void stop(String name) throws FleetException, InterruptedException {
        change(name, member -> {
            stopGroup(List.of(member), progress);
            return member.running(null);
        });
    }

    /**
     * Has a room's clients connect to other rooms, and returns when its process has ended by itself, or is to be stopped.
     *
     * @param force also where no other room takes clients
     */
    public void drain(String name, boolean force) throws FleetException, InterruptedException {
        Member room = require(name);
        if (!state().ofRole(ServiceRole.ROOM.id()).toList().contains(room)) {
            throw new FleetException(name + " has no clients to send away (expected: a room)");
        }
        if (!room.alive()) {
            throw new FleetException(name + " does not run; ./carillon start " + name + " starts it");
        }
        new RoomDrain(state(), room, force, progress).run();
    }

    /** What is written down; complains where no fleet was ever started. */
    public FleetState state() throws FleetException {
        return data.read()
                .orElseThrow(() -> new FleetException("no fleet in " + data.path()
                        + "; ./carillon up starts one there, --data DIR or CARILLON_DATA names another directory"));
    }

    /** A process of the fleet; the complaint lists the names. */
    public Member require(String name) throws FleetException {
        FleetState state = state();
        return state.member(name)
                .orElseThrow(() -> new FleetException(name + ": no such process in this fleet (expected one of: "
                        + state.processes().stream().map(Member::name).collect(Collectors.joining(", ")) + ")"));
    }

    public FleetStatus status() throws FleetException, InterruptedException {
        return FleetStatus.of(state());
    }

    private void requireNothingRuns(FleetState before) throws FleetException {
        List<String> running = before.processes().stream()
                .filter(Member::alive)
                .map(Member::name)
                .toList();
        if (running.isEmpty()) {
            return;
        }
        String which = running.size() == before.processes().size() ? "a fleet" : String.join(", ", running);
        throw new FleetException(which + " runs already on " + data.path()
                + "; see ./carillon status, stop it with ./carillon down, or choose another --data DIR");
    }

    private void startAll(List<Member> members, Duration limit) throws FleetException, InterruptedException {
        List<Member> launched = new ArrayList<>();
        for (Member member : members) {
            Member running = Launcher.launch(member);
            data.write(state().with(running));
            launched.add(running);
        }
        waiting.untilReady(launched, limit);
    }

    private FleetState stopAll(Progress told) throws FleetException, InterruptedException {
        FleetState state = state();
        for (List<ServiceRole> roles : ServiceRole.STOP_ORDER) {
            stopGroup(roles.stream().flatMap(role -> state.ofRole(role.id())).toList(), told);
        }
        stopGroup(state.stores().toList(), told);
        FleetState stopped = state.withProcesses(
                state.processes().stream().map(member -> member.running(null)).toList());
        data.write(stopped);
        return stopped;
    }

    private void stopGroup(List<Member> members, Progress told) throws InterruptedException {
        List<Member> alive = members.stream().filter(Member::alive).toList();
        if (alive.isEmpty()) {
            return;
        }
        told.step("stopping " + alive.stream().map(Member::name).collect(Collectors.joining(", ")));
        for (Member member : alive) {
            identity(member).terminate();
        }
        List<Member> stubborn = waiting.untilGone(alive, STOP_MAX);
        for (Member member : stubborn) {
            told.step(member.name() + " (pid " + identity(member).pid() + ") did not stop within "
                    + STOP_MAX.toSeconds() + " s: kill -9");
            identity(member).kill();
        }
        for (Member member : waiting.untilGone(stubborn, KILL_MAX)) {
            told.step(member.name() + " (pid " + identity(member).pid() + ") is still there after a kill -9");
        }
    }

    private static ProcessIdentity identity(Member member) {
        ProcessIdentity identity = member.identity();
        if (identity == null) {
            throw new IllegalStateException(member.name() + " was never started");
        }
        return identity;
    }

    private void change(String name, Change change) throws FleetException, InterruptedException {
        require(name);
        data.locked(() -> {
            Member changed = change.of(require(name));
            data.write(state().with(changed));
            return changed;
        });
    }

    private interface Change {
        Member of(Member member) throws FleetException, InterruptedException;
    }
}
