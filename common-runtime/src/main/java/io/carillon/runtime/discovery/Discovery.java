package io.carillon.runtime.discovery;

import java.util.Collection;
import java.util.function.Consumer;

/**
 * The directory of a cluster's processes. Implementations keep the last known list on disk, so that a process starts
 * while the directory is away. Thread-safe.
 */
public interface Discovery extends AutoCloseable {
    /**
     * Announces this process or changes what was announced. A node that a predecessor of the same name left is replaced.
     * Returns once the directory has it, or, where it is away, once it is going to be told.
     */
    void announce(NodeRecord self) throws Exception;

    /** Takes the announcement back. */
    void withdraw() throws Exception;

    /** The processes of a role as they are known now. */
    Collection<NodeRecord> nodes(String role);

    /** Calls {@code onChange} with the whole list of a role, at once and at every change, one call at a time. */
    void follow(String role, Consumer<Collection<NodeRecord>> onChange);

    /** True while the directory answers. */
    boolean connected();

    @Override
    void close();
}
