package io.carillon.rpc;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Time and chance.
 *
 * @param nanoTime monotonic, ns
 * @param wallMs since the epoch, ms
 * @param random 0 (inclusive) to 1 (exclusive), from any thread
 */
record RpcEnvironment(LongSupplier nanoTime, LongSupplier wallMs, DoubleSupplier random) {
    static final RpcEnvironment SYSTEM =
            new RpcEnvironment(System::nanoTime, System::currentTimeMillis, () -> ThreadLocalRandom.current()
                    .nextDouble());
}
