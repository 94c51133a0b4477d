package io.carillon.runtime.node;

import io.carillon.runtime.config.ConfigException;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.logging.LogConfig;
import io.carillon.runtime.logging.Logging;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a service's process: configuration, start, SIGTERM, ordered stop. Its arguments are {@code --config FILE}
 * and {@code --name NAME}. Exit status 2 says that configuration or surroundings are wrong, 1 that the start failed.
 */
public final class ServiceMain {
    private static final Logger log = LoggerFactory.getLogger(ServiceMain.class);

    private ServiceMain() {}

    /** Makes the service of a process; the one place that wires its parts. */
    @FunctionalInterface
    public interface Wiring<C> {
        Service wire(NodeRuntime runtime, C config) throws Exception;
    }

    /** Runs until the process is told to stop. Never returns to a caller that goes on: it ends the JVM. */
    public static <C extends Record> void run(String role, Class<C> configType, String[] args, Wiring<C> wiring) {
        Logging.configure(ConfigLoader.defaults(LogConfig.class), role);
        NodeRuntime runtime;
        Service service;
        try {
            Arguments arguments = Arguments.parse(args);
            ConfigLoader.Loaded<NodeConfig, C> loaded = ConfigLoader.loadWithSection(
                    "node", NodeConfig.class, configType, arguments.config, System.getenv());
            NodeConfig node = named(loaded.section(), arguments.name, role);
            Logging.configure(node.log(), node.name());
            prepare(node.dataPath());
            runtime = new NodeRuntime(role, node);
            service = wiring.wire(runtime, loaded.rest());
        } catch (ConfigException e) {
            log.error("{} can't start: {}", role, e.getMessage());
            end(2);
            return;
        } catch (Exception e) {
            log.error("{} can't start", role, e);
            end(1);
            return;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            log.info("stopping");
            runtime.stop();
            log.info("stopped");
            stopped.countDown();
        }));
        // From a thread of its own: an exit waits for the hook, which waits for the caller's thread.
        runtime.onEndWanted(() ->
                Thread.ofPlatform().name("end").start(() -> Runtime.getRuntime().exit(0)));
        try {
            runtime.run(service);
        } catch (ConfigException e) {
            log.error("{} can't start: {}", role, e.getMessage());
            end(2);
        } catch (BindException e) {
            log.error("{} can't start: {}", role, e.getMessage());
            end(2);
        } catch (Exception e) {
            log.error("{} can't start: {}", role, String.valueOf(e.getMessage()), e);
            end(1);
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Not exit: the shutdown hook would stop what never started. */
    private static void end(int status) {
        Runtime.getRuntime().halt(status);
    }

    private static NodeConfig named(NodeConfig config, @Nullable String name, String role) {
        if (name != null) {
            return config.withName(name);
        }
        return config.name().isEmpty() ? config.withName(role + "-1") : config;
    }

    private static void prepare(Path data) {
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new ConfigException("node.data-directory: " + data + " can't be made (" + e.getMessage() + ")", e);
        }
        if (!Files.isWritable(data)) {
            throw new ConfigException("node.data-directory: " + data + " is not writable");
        }
    }

    private record Arguments(
            @Nullable Path config, @Nullable String name) {
        static Arguments parse(String[] args) {
            Path config = null;
            String name = null;
            for (int i = 0; i < args.length; i += 2) {
                if (i + 1 == args.length || !Map.of("--config", 1, "--name", 1).containsKey(args[i])) {
                    throw new ConfigException(args[i] + ": unknown (expected: --config FILE, --name NAME)");
                }
                if (args[i].equals("--config")) {
                    config = Path.of(args[i + 1]);
                } else {
                    name = args[i + 1];
                }
            }
            return new Arguments(config, name);
        }
    }
}
