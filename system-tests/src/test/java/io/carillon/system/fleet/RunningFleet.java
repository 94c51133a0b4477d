package io.carillon.system.fleet;

import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.Fleet;
import io.carillon.deploy.fleet.FleetConfig;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.fleet.FleetStatus;
import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.fleet.Trust;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.UnicastSender;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * A whole fleet of real processes for a test, started by the same code as {@code carillon up}. Its logs stay in
 * {@code target/fleets/NAME/log} when a test fails; closing stops everything.
 */
public final class RunningFleet implements AutoCloseable {
    private static final Path FLEETS = Path.of("target", "fleets").toAbsolutePath();

    private final Fleet fleet;
    private final FleetConfig config;
    private CenterClient center;

    private RunningFleet(Fleet fleet, FleetConfig config) throws FleetException {
        this.fleet = fleet;
        this.config = config;
        center = Centers.ofApp(fleet.state());
    }

    /** The default fleet on an empty data directory. */
    public static RunningFleet start(String name) throws FleetException, InterruptedException, IOException {
        return start(name, FleetConfig.NONE);
    }

    /** A fleet on an empty data directory. */
    public static RunningFleet start(String name, FleetConfig wanted)
            throws FleetException, InterruptedException, IOException {
        // Another fleet that starts on this machine looks for the default ports, and finds those of a killed process
        // free.
        FleetConfig config = wanted.withRandomPorts();
        Path data = emptyDirectory(name);
        // Tests share one cache of the stores' programs, and leave the user's alone.
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.putIfAbsent(
                "CARILLON_CACHE", FLEETS.resolveSibling("store-cache").toString());
        Fleet fleet = new Fleet(data, environment, new StandardError());
        // Twenty fleets follow one another: the first makes the others start faster.
        fleet.upForMany(config);
        return new RunningFleet(fleet, config);
    }

    /** {@code target/fleets/NAME}, emptied. */
    public static Path emptyDirectory(String name) throws IOException {
        Path data = FLEETS.resolve(name);
        if (Files.exists(data)) {
            try (Stream<Path> files = Files.walk(data)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(data.getParent());
        return data;
    }

    /** kill -9; the process stays down until it is started. */
    public void kill(String process) throws FleetException, InterruptedException {
        fleet.kill(process);
    }

    /** SIGTERM, and started again; returns when the process is ready. */
    public void restart(String process) throws FleetException, InterruptedException {
        fleet.stop(process);
        fleet.start(process);
    }

    /** Clients sent to other rooms first, then as {@link #restart}. */
    public void drainAndRestart(String room) throws FleetException, InterruptedException {
        fleet.drain(room, false);
        fleet.stop(room);
        fleet.start(room);
    }

    /** Returns when the process is ready. */
    public void startAgain(String process) throws FleetException, InterruptedException {
        fleet.start(process);
    }

    /** Deletes what a killed Redis had on disk. */
    public void emptyRedis() throws IOException {
        try (Stream<Path> files = Files.walk(data().resolve("redis"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".rdb") || name.contains(".aof")) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Everything down in order, and up again on the same data, on other ports: {@link #center} is another one then. */
    public void restartAll() throws FleetException, InterruptedException {
        center.close();
        fleet.down();
        fleet.up(config);
        center = Centers.ofApp(fleet.state());
    }

    public FleetState state() throws FleetException {
        return fleet.state();
    }

    public FleetStatus status() throws FleetException, InterruptedException {
        return fleet.status();
    }

    public Path data() {
        return fleet.data().path();
    }

    /** The HTTP API as the demonstration app. */
    public CenterClient center() {
        return center;
    }

    /** The HTTP API with the admin key; the caller closes it. */
    public CenterClient admin() throws FleetException {
        return Centers.ofAdmin(fleet.state());
    }

    /** Posts unicasts and records what was answered. */
    public UnicastSender sender(int inFlightMax) {
        return new UnicastSender(center, inFlightMax);
    }

    /** Devices that report to {@code events}, not connected yet. */
    public Devices devices(DeviceEvents events) throws FleetException {
        FleetState state = fleet.state();
        URI dispatcher = URI.create(
                "http://" + state.ofRole("dispatcher").findFirst().orElseThrow().address("http"));
        return new Devices(dispatcher, state.credentials().app(), center, Trust.of(fleet.data()), events);
    }

    /** What the rooms' TLS listeners are checked against. */
    public SSLContext trust() throws FleetException {
        return Trust.of(fleet.data());
    }

    /** {@code prefix-0} to {@code prefix-(count-1)}. */
    public static List<String> users(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    @Override
    public void close() throws FleetException {
        center.close();
        try {
            fleet.down();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Beside the test's own output, so that a hanging start says where it hangs. */
    private static final class StandardError implements Progress {
        @Override
        public void step(String line) {
            System.err.println(line);
        }

        @Override
        public void counting(String line) {}
    }
}
