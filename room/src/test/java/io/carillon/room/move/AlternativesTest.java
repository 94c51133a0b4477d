package io.carillon.room.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.protocol.client.Address;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.discovery.NodeRecord.Advertised;
import io.carillon.runtime.discovery.NodeRecord.Load;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class AlternativesTest {
    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    private final Alternatives alternatives = new Alternatives("room-1", "default", random::nextDouble);

    private static NodeRecord room(String name, String pool, Load load, Advertised... listeners) {
        return new NodeRecord(
                "room", name, "here", pool, 100, "test", 1, "h:1", "http://h:2", "", List.of(listeners), load, false);
    }

    private static Advertised at(String transport, String host) {
        return new Advertised(transport, host, 443);
    }

    private static List<String> hosts(List<Address> addresses) {
        return addresses.stream().map(Address::getHost).toList();
    }

    @Test
    void areOtherRoomsOfThePoolThatDoNotDrainOverTheClientsTransport() {
        alternatives.onRooms(List.of(
                room("room-1", "default", Load.NONE, at("tls", "own")),
                room("room-2", "default", Load.NONE, at("tcp", "plain"), at("tls", "good")),
                room("room-3", "other", Load.NONE, at("tls", "pool")),
                room("room-4", "default", Load.NONE, at("tls", "drains")).withDraining(true),
                room("room-5", "default", Load.NONE, at("tcp", "no-tls"))));

        assertThat(hosts(alternatives.draw("tls", List.of()))).containsExactly("good");
        assertThat(alternatives.draw("wss", List.of())).isEmpty();
    }

    @Test
    void areThreeAtMostAndOnlyNamedOnesWhereSomeAreNamed() {
        alternatives.onRooms(List.of(
                room("a", "default", Load.NONE, at("tcp", "a")),
                room("b", "default", Load.NONE, at("tcp", "b")),
                room("c", "default", Load.NONE, at("tcp", "c")),
                room("d", "default", Load.NONE, at("tcp", "d"))));

        assertThat(alternatives.draw("tcp", List.of())).hasSize(3).doesNotHaveDuplicates();
        assertThat(hosts(alternatives.draw("tcp", List.of("d")))).containsExactly("d");
    }

    @Test
    void beginWithTheEmptierRoomMoreOften() {
        alternatives.onRooms(List.of(
                room("full", "default", new Load(90, 100), at("tcp", "full")),
                room("empty", "default", new Load(10, 100), at("tcp", "empty"))));
        int emptyFirst = 0;
        for (int i = 0; i < 1_000; i++) {
            if (hosts(alternatives.draw("tcp", List.of())).getFirst().equals("empty")) {
                emptyFirst++;
            }
        }
        assertThat(emptyFirst).isBetween(820, 970);
    }
}
