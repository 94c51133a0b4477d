package io.carillon.dispatcher.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import io.carillon.runtime.heartbeat.LearningLimits;
import io.carillon.runtime.heartbeat.NetworkGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HeartbeatExchangeTest {
    private static final byte[] CLIENT = {(byte) 203, 0, 113, 7};
    private static final long GROUP = NetworkGroup.of(NetworkGroup.WIFI, CLIENT);

    private final List<RoomLine> rooms = new ArrayList<>();
    private final FakeRoom one = new FakeRoom("room-1");
    private final FakeRoom two = new FakeRoom("room-2");
    private final HeartbeatExchange exchange =
            new HeartbeatExchange(() -> rooms, Runnable::run, new LearningLimits(100, 32, 8, 25));

    HeartbeatExchangeTest() {
        rooms.add(one);
        rooms.add(two);
    }

    /** A room with reports, one after the other. */
    private static final class FakeRoom implements RoomLine {
        final String name;
        final List<Integer> settled = new ArrayList<>();
        final Map<Long, Integer> told = new HashMap<>();
        int firstUser;
        int exchanges;
        long life = 1;
        boolean silent;

        FakeRoom(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long incarnation() {
            return life;
        }

        @Override
        public CompletableFuture<HeartbeatsResponse> exchange(HeartbeatsRequest request) {
            exchanges++;
            if (silent) {
                return CompletableFuture.failedFuture(new IllegalStateException("no answer"));
            }
            for (int i = 0; i < request.getGroupsCount(); i++) {
                told.put(request.getGroups(i), request.getStartSeconds(i));
            }
            HeartbeatsResponse.Builder answer = HeartbeatsResponse.newBuilder().setLast(settled.size());
            for (int i = (int) request.getAfter(); i < settled.size(); i++) {
                answer.addGroups(GROUP).addUsers(firstUser + i).addSettledSeconds(settled.get(i));
            }
            return CompletableFuture.completedFuture(answer.build());
        }
    }

    private int start() {
        return exchange.startSeconds(NetworkGroup.WIFI, CLIENT);
    }

    @Test
    void gathersWhatSeveralRoomsLearnedAndTellsThemAll() {
        two.firstUser = 100;
        for (int i = 0; i < 4; i++) {
            one.settled.add(900);
            two.settled.add(700);
        }
        assertThat(start()).isZero();
        exchange.turn();
        assertThat(start()).isEqualTo(700);
        assertThat(exchange.known()).isEqualTo(1);
        exchange.turn();
        assertThat(one.told).containsExactly(Map.entry(GROUP, 700));
        assertThat(two.told).containsExactly(Map.entry(GROUP, 700));
    }

    @Test
    void tellsARoomThatDidNotAnswerAgain() {
        for (int i = 0; i < 8; i++) {
            one.settled.add(900);
        }
        two.silent = true;
        exchange.turn();
        exchange.turn();
        exchange.turn();
        assertThat(two.told).isEmpty();
        two.silent = false;
        exchange.turn();
        assertThat(two.told).containsKey(GROUP);
    }

    @Test
    void beginsAnewWithARoomThatWasRestartedAndKeepsWhatItHadSaid() {
        for (int i = 0; i < 8; i++) {
            one.settled.add(900);
        }
        exchange.turn();
        exchange.turn();
        one.life++;
        one.settled.clear();
        one.told.clear();
        one.firstUser = 50;
        one.settled.add(905);
        exchange.turn();
        assertThat(one.told).containsExactly(Map.entry(GROUP, 900));
        assertThat(start()).isEqualTo(900);
    }

    @Test
    void tellsNothingTwice() {
        for (int i = 0; i < 8; i++) {
            one.settled.add(900);
        }
        exchange.turn();
        exchange.turn();
        one.told.clear();
        exchange.turn();
        assertThat(one.told).isEmpty();
        assertThat(one.exchanges).isEqualTo(3);
    }
}
