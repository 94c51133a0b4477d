package io.carillon.dispatcher.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.discovery.NodeRecord.Load;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChooserTest {
    private static final String[] ANY_SITE = new String[0];
    private static final List<String> DEFAULT = List.of("default");

    private final Chooser chooser = new Chooser();

    @Test
    void givesEightAddressesOnEightMachinesOverBothPorts() {
        Address[] list = choose(Nodes.site("a", 20), "device-1");
        assertThat(list).hasSize(8);
        assertThat(hosts(list)).hasSize(8);
        assertThat(Arrays.stream(list).filter(address -> address.port() == 80)).hasSize(4);
    }

    @Test
    void anotherMachineAndAnotherPortComeSecond() {
        for (int i = 0; i < 50; i++) {
            Address[] list = choose(Nodes.site("a", 5), "device-" + i);
            assertThat(list[1].host()).isNotEqualTo(list[0].host());
            assertThat(list[1].port()).isNotEqualTo(list[0].port());
        }
    }

    @Test
    void twoPortsOfOneMachineComeOnlyWhenThereAreNoMoreMachines() {
        Address[] list = choose(Nodes.site("a", 3), "device-1");
        assertThat(list).hasSize(6);
        assertThat(hosts(Arrays.copyOf(list, 3))).hasSize(3);
        assertThat(new HashSet<>(texts(list))).hasSize(6);
    }

    @Test
    void roomsOnOneMachineTakeTurns() {
        List<NodeRecord> nodes = List.of(
                Nodes.room("room-1", "local", "tcp=127.0.0.1:7101", "tls=127.0.0.1:7201"),
                Nodes.room("room-2", "local", "tcp=127.0.0.1:7102", "tls=127.0.0.1:7202"));
        Address[] list = choose(nodes, "device-1");
        assertThat(list).hasSize(4);
        assertThat(list[0].roomName()).isNotEqualTo(list[1].roomName());
    }

    @Test
    void theSameDeviceGetsTheSameList() {
        List<NodeRecord> nodes = Nodes.site("a", 20);
        assertThat(texts(choose(nodes, "device-1"))).isEqualTo(texts(choose(nodes.reversed(), "device-1")));
    }

    @Test
    void aRoomThatGoesMovesOnlyItsOwnDevices() {
        List<NodeRecord> all = Nodes.site("a", 10);
        List<NodeRecord> fewer = all.subList(1, 10);
        for (int i = 0; i < 1_000; i++) {
            String usual = choose(all, "device-" + i)[0].roomName();
            if (!usual.equals("a-0")) {
                assertThat(choose(fewer, "device-" + i)[0].roomName()).isEqualTo(usual);
            }
        }
    }

    @Test
    void devicesSpreadByWeightTimesFreeCapacity() {
        List<NodeRecord> nodes = List.of(
                Nodes.room("plain", "a", "default", 100, new Load(0, 1_000), "tcp=a:443"),
                Nodes.room("twice", "a", "default", 200, new Load(0, 1_000), "tcp=b:443"),
                Nodes.room("half-full", "a", "default", 200, new Load(500, 1_000), "tcp=c:443"),
                Nodes.room("full", "a", "default", 100, new Load(2_000, 1_000), "tcp=d:443"));
        Map<String, Integer> usual = new HashMap<>();
        int devices = 40_000;
        for (int i = 0; i < devices; i++) {
            usual.merge(choose(nodes, "device-" + i)[0].roomName(), 1, Integer::sum);
        }
        double whole = 100 + 200 + 100 + 100 / 16.0;
        assertThat(usual.getOrDefault("plain", 0) / (double) devices).isCloseTo(100 / whole, within(0.015));
        assertThat(usual.getOrDefault("twice", 0) / (double) devices).isCloseTo(200 / whole, within(0.015));
        assertThat(usual.getOrDefault("half-full", 0) / (double) devices).isCloseTo(100 / whole, within(0.015));
        assertThat(usual.getOrDefault("full", 0) / (double) devices).isLessThan(0.02);
    }

    @Test
    void aLittleLoadDoesNotMoveAnybody() {
        List<NodeRecord> before = new ArrayList<>();
        List<NodeRecord> after = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            before.add(Nodes.room("r" + i, "a", "default", 100, new Load(100, 1_000), "tcp=h" + i + ":443"));
            after.add(Nodes.room("r" + i, "a", "default", 100, new Load(120, 1_000), "tcp=h" + i + ":443"));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(texts(choose(after, "d" + i))).isEqualTo(texts(choose(before, "d" + i)));
        }
    }

    @Test
    void givesOnlyRoomsOfTheAppsPoolsAndNoneThatDrains() {
        List<NodeRecord> nodes = List.of(
                Nodes.room("one", "a", "pool-1", 100, Load.NONE, "tcp=a:443"),
                Nodes.room("two", "a", "pool-2", 100, Load.NONE, "tcp=b:443"),
                Nodes.room("drains", "a", "pool-2", 100, Load.NONE, "tcp=c:443").withDraining(true),
                Nodes.room("other", "a", "pool-3", 100, Load.NONE, "tcp=d:443"));
        Address[] list = chooser.choose(
                Directory.of(nodes), List.of("pool-1", "pool-2"), "d", Transport.ALL, ANY_SITE, Tried.NONE);
        assertThat(Arrays.stream(list).map(Address::roomName)).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void leavesOutTransportsThatTheClientDoesNotSpeakAndNobodyKnows() {
        List<NodeRecord> nodes = List.of(Nodes.room("r", "a", "tcp=a:1", "tls=a:2", "ws=a:3", "wss=a:4", "quic=a:5"));
        assertThat(choose(nodes, "d")).hasSize(4);
        Address[] list = chooser.choose(
                Directory.of(nodes), DEFAULT, "d", Transport.TLS.bit() | Transport.WSS.bit(), ANY_SITE, Tried.NONE);
        assertThat(Arrays.stream(list).map(Address::transport)).containsExactlyInAnyOrder(Transport.TLS, Transport.WSS);
    }

    @Test
    void givesNothingWhereThereIsNothing() {
        assertThat(chooser.choose(Directory.EMPTY, DEFAULT, "d", Transport.ALL, ANY_SITE, Tried.NONE))
                .isEmpty();
    }

    @Test
    void nearSitesComeFirstAndTheOthersBehind() {
        List<NodeRecord> nodes = new ArrayList<>(Nodes.site("far", 5));
        nodes.addAll(Nodes.site("near", 2));
        nodes.addAll(Nodes.site("next", 1));
        Address[] list = chooser.choose(
                Directory.of(nodes), DEFAULT, "d", Transport.ALL, new String[] {"near", "next"}, Tried.NONE);
        assertThat(Arrays.stream(list).map(Address::site))
                .containsExactly("near", "near", "near", "near", "next", "next", "far", "far");
    }

    @Test
    void whatWasTriedIsLeftOutAndOtherMachinesAndPortsComeFirst() {
        List<NodeRecord> nodes = Nodes.site("a", 6);
        Address[] before = choose(nodes, "d");
        Address[] after = chooser.choose(
                Directory.of(nodes), DEFAULT, "d", Transport.ALL, ANY_SITE, Tried.parse(before[0].toString()));
        assertThat(texts(after)).doesNotContain(before[0].toString());
        assertThat(after[0].host()).isNotEqualTo(before[0].host());
        assertThat(after[0].port()).isNotEqualTo(before[0].port());
        assertThat(hosts(Arrays.copyOf(after, 5))).doesNotContain(before[0].host());
    }

    @Test
    void afterFourTriedAddressesOfASiteAnotherSiteComesFirst() {
        List<NodeRecord> nodes = new ArrayList<>(Nodes.site("near", 10));
        nodes.addAll(Nodes.site("far", 2));
        String[] order = {"near"};
        Directory directory = Directory.of(nodes);
        Address[] first = chooser.choose(directory, DEFAULT, "d", Transport.ALL, order, Tried.NONE);
        String three = String.join(",", texts(first).subList(0, 3));
        String four = String.join(",", texts(first).subList(0, 4));

        assertThat(chooser.choose(directory, DEFAULT, "d", Transport.ALL, order, Tried.parse(three))[0].site())
                .isEqualTo("near");
        Address[] moved = chooser.choose(directory, DEFAULT, "d", Transport.ALL, order, Tried.parse(four));
        assertThat(Arrays.stream(moved).map(Address::site))
                .containsExactly("far", "far", "far", "far", "near", "near", "near", "near");
    }

    @Test
    void whenEverythingWasTriedItBeginsAgain() {
        List<NodeRecord> nodes = Nodes.site("a", 1);
        Tried all = Tried.parse("a-0.example:443,a-0.example:80");
        assertThat(chooser.choose(Directory.of(nodes), DEFAULT, "d", Transport.ALL, ANY_SITE, all))
                .hasSize(2);
    }

    @Test
    void aChoiceAmongAThousandRoomsAllocatesLessThanAKibibyte() {
        List<NodeRecord> nodes = new ArrayList<>(Nodes.site("a", 500));
        nodes.addAll(Nodes.site("b", 500));
        Directory directory = Directory.of(nodes);
        String[] order = {"b"};
        Tried tried = Tried.parse("b-1.example:443,b-2.example:80,x.example:1");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int rounds = 2_000;
        long bytes = 0;
        int found = 0;
        for (int pass = 0; pass < 2; pass++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < rounds; i++) {
                found += chooser.choose(directory, DEFAULT, "device", Transport.ALL, order, tried).length;
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(found).isEqualTo(2 * rounds * 8);
        assertThat(bytes / rounds).isLessThan(1024);
    }

    private Address[] choose(List<NodeRecord> nodes, String device) {
        return chooser.choose(Directory.of(nodes), DEFAULT, device, Transport.ALL, ANY_SITE, Tried.NONE);
    }

    private static Set<String> hosts(Address[] list) {
        return new HashSet<>(Arrays.stream(list).map(Address::host).toList());
    }

    private static List<String> texts(Address[] list) {
        return Arrays.stream(list).map(Address::toString).toList();
    }
}
