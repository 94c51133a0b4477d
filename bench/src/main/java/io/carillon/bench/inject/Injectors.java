package io.carillon.bench.inject;

import io.carillon.bench.target.Target;
import io.carillon.bench.wire.TlsKind;
import io.carillon.runtime.config.HostPort;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Opens the injector that a target needs. */
public final class Injectors {
    private static final long CONNECT_MAX_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_MS = 20;

    private Injectors() {}

    /**
     * @param name unique among the injectors of a run
     * @param userOf the user of a device of this process
     */
    public static Injector open(Target target, String name, IntFunction<String> userOf)
            throws IOException, InterruptedException {
        return switch (target.kind()) {
            case BARE_ROOM -> room(target, name, userOf);
            case FLEET -> new CenterInjector(target, userOf);
            case C -> new RawInjector(target.addresses(TlsKind.NONE).getFirst());
            case MQTT -> new MqttInjector(target.addresses(TlsKind.NONE).getFirst(), name, userOf);
        };
    }

    private static Injector room(Target target, String name, IntFunction<String> userOf)
            throws IOException, InterruptedException {
        RoomInjector injector = new RoomInjector(
                name, HostPort.parse(target.rpc()).toSocketAddress(), target.rpcSecret(), target.app(), userOf);
        long endNs = System.nanoTime() + CONNECT_MAX_NS;
        while (!injector.connected()) {
            if (System.nanoTime() > endNs) {
                injector.close();
                throw new IOException("the room's RPC at " + target.rpc() + " does not answer (expected: within 20 s)");
            }
            Thread.sleep(LOOK_MS);
        }
        return injector;
    }
}
