package io.carillon.deploy.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An embedded store made ready to be started.
 *
 * @param name redis, mysql or zookeeper
 * @param command the program and its arguments
 * @param directory working directory
 * @param port on 127.0.0.1
 * @param probe asks it whether it serves
 */
public record StoreProcess(String name, List<String> command, Path directory, int port, Probe probe) {
    public StoreProcess {
        command = List.copyOf(command);
    }

    /** Asks a store whether it serves. */
    public interface Probe {
        /** Answers within the time given; false for any failure, which at the start of a store is no news. */
        boolean serves(int port, Duration timeout);
    }
}
