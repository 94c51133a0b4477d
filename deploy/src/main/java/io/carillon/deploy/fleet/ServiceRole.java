package io.carillon.deploy.fleet;

import java.util.Locale;

/** The six services, in the order in which they are stopped: whoever is called outlives its callers. */
public enum ServiceRole {
    DISPATCHER("io.carillon.dispatcher.DispatcherServer"),
    ROOM("io.carillon.room.RoomServer"),
    CENTER("io.carillon.center.CenterServer"),
    COORDINATOR("io.carillon.coordinator.CoordinatorServer"),
    REGISTER("io.carillon.register.RegisterServer"),
    SAVER("io.carillon.saver.SaverServer");

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
