package io.carillon.saver.redis;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Calls of the script: the seam between what batches operations and what reaches a Redis. Thread-safe. */
public interface ScriptCalls {
    /**
     * One call. Never blocks.
     *
     * @param tags keys; in a Cluster all of one slot
     * @return the script's list, one list an operation; fails as {@link Failures} reads it
     */
    CompletionStage<List<Object>> call(byte[][] tags, byte[][] args);

    /** False where it is known that no call would reach Redis now. */
    boolean available();

    /** Which calls can be one: operations of equal groups may. */
    int group(int bucket);
}
