package io.carillon.deploy.fleet;

import java.util.List;
import java.util.Locale;

/** The six services. */
public enum ServiceRole {
    DISPATCHER("io.carillon.dispatcher.DispatcherServer"),
    ROOM("io.carillon.room.RoomServer"),
    CENTER("io.carillon.center.CenterServer"),
    COORDINATOR("io.carillon.coordinator.CoordinatorServer"),
    REGISTER("io.carillon.register.RegisterServer"),
    SAVER("io.carillon.saver.SaverServer");

    /**
     * Whoever is called outlives its callers. No other service waits for a dispatcher or a center, and both keep their
     * HTTP server's threads for two more seconds: they stop together.
     */
    static final List<List<ServiceRole>> STOP_ORDER = List.of(
            List.of(DISPATCHER, CENTER), List.of(ROOM), List.of(COORDINATOR), List.of(REGISTER), List.of(SAVER));

    private final String mainClass;

    ServiceRole(String mainClass) {
        this.mainClass = mainClass;
    }

    public String mainClass() {
        return mainClass;
    }

    /** As in names, files and discovery. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static ServiceRole of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }
}
