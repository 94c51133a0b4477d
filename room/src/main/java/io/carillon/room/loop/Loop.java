package io.carillon.room.loop;

/**
 * One event loop: the thread that a set of connections is confined to, with its timers and clocks. Tests run it in
 * virtual time.
 */
public interface Loop {
    /** 0 to 255, the first eight bits of its connections' ids. */
    int index();

    /** True on the loop's own thread; for asserts. */
    boolean inLoop();

    /** Runs {@code task} on the loop, later if this is its thread. Any thread. */
    void execute(Runnable task);

    /** Runs {@code task} on the loop after {@code delayNs}. For few, shared timers; a connection has none of its own. */
    void after(long delayNs, Runnable task);

    /** Monotonic, nanoseconds; only differences mean something. */
    long nowNs();

    /** Milliseconds since 1970, for what people read and what other processes compare. */
    long wallMs();
}
