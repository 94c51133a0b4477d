package io.carillon.sdk.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.link.Link;
import io.carillon.sdk.link.LinkListener;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.Cancellable;
import io.carillon.sdk.platform.Timers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RaceTest {
    private final TreeMap<Long, List<Runnable>> timers = new TreeMap<>(Comparator.naturalOrder());
    private final List<FakeLink> links = new ArrayList<>();
    private final List<String> outcomes = new ArrayList<>();
    private long nowMs;

    private static final class FakeLink implements Link {
        final LinkListener listener;
        boolean closed;

        FakeLink(LinkListener listener) {
            this.listener = listener;
        }

        @Override
        public void send(ByteBuffer bytes) {}

        @Override
        public void listen(LinkListener next) {}

        @Override
        public void close() {
            closed = true;
        }
    }

    private static Endpoint endpoint(String address) {
        RoomAddress room = RoomAddress.parse(address);
        try {
            return new Endpoint(room, InetAddress.getByName(room.host()));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private Race race(int addresses) {
        List<Endpoint> order = new ArrayList<>();
        for (int i = 1; i <= addresses; i++) {
            order.add(endpoint("tcp://10.0.0." + i + ":443"));
        }
        Timers clock = new Timers() {
            @Override
            public long nanoTime() {
                return TimeUnit.MILLISECONDS.toNanos(nowMs);
            }

            @Override
            public Cancellable schedule(Runnable task, long delayNs) {
                boolean[] cancelled = new boolean[1];
                long atMs = nowMs + TimeUnit.NANOSECONDS.toMillis(delayNs);
                timers.computeIfAbsent(atMs, unused -> new ArrayList<>()).add(() -> {
                    if (!cancelled[0]) {
                        task.run();
                    }
                });
                return () -> cancelled[0] = true;
            }
        };
        Race race = new Race(
                clock,
                Runnable::run,
                (endpoint, listener) -> {
                    links.add(new FakeLink(listener));
                    return links.get(links.size() - 1);
                },
                order,
                500,
                new Race.Outcome() {
                    @Override
                    public void onWinner(Endpoint endpoint, Link link, long connectMs, List<RoomAddress> failed) {
                        outcomes.add(
                                "won " + endpoint.room().host() + " after " + connectMs + ", failed " + failed.size());
                    }

                    @Override
                    public void onLost(List<RoomAddress> failed) {
                        outcomes.add("lost " + failed.size());
                    }
                });
        race.start();
        return race;
    }

    private void advance(long ms) {
        long until = nowMs + ms;
        while (!timers.isEmpty() && timers.firstKey() <= until) {
            nowMs = timers.firstKey();
            timers.pollFirstEntry().getValue().forEach(Runnable::run);
        }
        nowMs = until;
    }

    @Test
    void startsTheNextBesideOneThatIsSlowAndClosesTheLosers() {
        race(4);
        assertThat(links).hasSize(1);
        advance(500);
        assertThat(links).hasSize(2);
        advance(200);
        links.get(1).listener.onOpen();
        assertThat(outcomes).containsExactly("won 10.0.0.2 after 200, failed 0");
        assertThat(links.get(0).closed).isTrue();
        assertThat(links.get(1).closed).isFalse();
        advance(60_000);
        assertThat(links).hasSize(2);
        assertThat(outcomes).hasSize(1);
    }

    @Test
    void startsTheNextAtOnceAfterARefusal() {
        race(4);
        links.get(0).listener.onClosed("refused", true);
        assertThat(links).hasSize(2);
        links.get(1).listener.onOpen();
        assertThat(outcomes).containsExactly("won 10.0.0.2 after 0, failed 1");
    }

    @Test
    void hasThreeInFlightAtMost() {
        race(8);
        advance(9_000);
        assertThat(links).hasSize(3);
        advance(1_600);
        assertThat(links.size()).isGreaterThan(3);
        assertThat(links.stream().filter(link -> !link.closed).count()).isLessThanOrEqualTo(3);
    }

    @Test
    void stopsWhenTwoOfTheFirstThreeRefused() {
        race(8);
        for (int i = 0; i < 3; i++) {
            links.get(i).listener.onClosed(i == 1 ? "unreachable" : "refused", i != 1);
        }
        assertThat(outcomes).containsExactly("lost 3");
        assertThat(links).hasSize(3);
    }

    @Test
    void endsWithinThirtySeconds() {
        race(8);
        advance(30_000);
        assertThat(outcomes).hasSize(1);
        assertThat(outcomes.get(0)).startsWith("lost");
        assertThat(links).allMatch(link -> link.closed);
    }

    @Test
    void keepsPortsOfOneMachineApartAndFamiliesInTurn() {
        List<Endpoint> order = new ArrayList<>();
        for (String address :
                new String[] {"tcp://10.0.0.1:443", "tcp://10.0.0.1:80", "tcp://10.0.0.2:443", "tcp://[2001:db8::1]:443"
                }) {
            order.add(endpoint(address));
        }
        List<String> rooms = new ArrayList<>();
        for (Endpoint endpoint : Interleaving.of(order)) {
            rooms.add(endpoint.room().hostAndPort());
        }
        assertThat(rooms).containsExactly("10.0.0.1:443", "[2001:db8::1]:443", "10.0.0.1:80", "10.0.0.2:443");
    }
}
