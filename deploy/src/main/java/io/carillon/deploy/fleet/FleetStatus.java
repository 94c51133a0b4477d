package io.carillon.deploy.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.carillon.deploy.fleet.FleetState.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A fleet as it is now, in the form that {@code status --json} prints.
 *
 * @param ready every process and store serves
 * @param dispatcher base URL
 * @param center base URLs
 * @param app the demonstration app and its credentials
 * @param adminKey for center's admin routes
 */
public record FleetStatus(
        boolean ready,
        String dispatcher,
        List<String> center,
        List<Room> rooms,
        App app,
        String adminKey,
        List<Service> processes,
        List<Store> stores) {
    private static final String ROOM_CONNECTIONS = "carillon_room_connections";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    public FleetStatus {
        center = List.copyOf(center);
        rooms = List.copyOf(rooms);
        processes = List.copyOf(processes);
        stores = List.copyOf(stores);
    }

    /** A room's addresses for clients. */
    public record Room(String name, String tcp, String tls, String websocket) {}

    /** An app and what one needs to use it. */
    public record App(String id, String apiKey, String clientSecret) {
        @Override
        public String toString() {
            return "App[id=" + id + "]";
        }
    }

    /**
     * A service's process.
     *
     * @param pid null when it does not run
     * @param connections rooms only
     */
    public record Service(
            String name,
            String role,
            @Nullable Long pid,
            boolean ready,
            String admin,
            @Nullable Long connections,
            String log) {}

    /** A store's process; {@code pid} is null when it does not run. */
    public record Store(String name, @Nullable Long pid, boolean ready, String address, String log) {}

    static FleetStatus of(FleetState state) throws InterruptedException {
        try (Health health = new Health()) {
            List<Service> services = new ArrayList<>();
            for (Member member : state.services().toList()) {
                services.add(service(member, health));
            }
            List<Store> stores = new ArrayList<>();
            for (Member member : state.stores().toList()) {
                stores.add(new Store(
                        member.name(), pid(member), health.ready(member), member.address(member.name()), member.log()));
            }
            boolean ready = services.stream().allMatch(Service::ready)
                    && stores.stream().allMatch(Store::ready)
                    && !services.isEmpty();
            return new FleetStatus(
                    ready,
                    state.ofRole("dispatcher")
                            .map(FleetStatus::httpUrl)
                            .findFirst()
                            .orElse(""),
                    state.ofRole("center").map(FleetStatus::httpUrl).toList(),
                    state.ofRole("room")
                            .map(room -> new Room(
                                    room.name(),
                                    room.address("tcp"),
                                    room.address("tls"),
                                    "ws://" + room.address("ws") + "/v1/connect"))
                            .toList(),
                    new App(
                            state.credentials().app(),
                            state.credentials().apiKey(),
                            state.credentials().clientSecret()),
                    state.credentials().adminKey(),
                    services,
                    stores);
        }
    }

    /** One object on one line. */
    public String toJson() {
        return JSON.valueToTree(this).toString();
    }

    private static Service service(Member member, Health health) throws InterruptedException {
        boolean ready = health.ready(member);
        Long connections = null;
        if (ready && member.role().equals("room")) {
            OptionalLong gauge = health.gauge(member, ROOM_CONNECTIONS);
            connections = gauge.isPresent() ? gauge.getAsLong() : null;
        }
        return new Service(
                member.name(),
                member.role(),
                pid(member),
                ready,
                "http://" + member.address("admin"),
                connections,
                member.log());
    }

    private static String httpUrl(Member member) {
        return "http://" + member.address("http");
    }

    private static @Nullable Long pid(Member member) {
        ProcessIdentity identity = member.identity();
        return identity != null && identity.alive() ? identity.pid() : null;
    }
}
