package io.carillon.room.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import io.carillon.runtime.heartbeat.LearningLimits;
import io.carillon.runtime.heartbeat.NetworkGroup;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HeartbeatDeskTest {
    private static final int CELLULAR = NetworkGroup.CELLULAR;
    private static final InetAddress ONE = address("203.0.113.7");
    private static final InetAddress NEIGHBOUR = address("203.0.113.200");
    private static final InetAddress ELSEWHERE = address("198.51.100.7");

    private final HeartbeatDesk desk = new HeartbeatDesk(new LearningLimits(100, 32, 8, 25));

    private static InetAddress address(String text) {
        return Objects.requireNonNull(NetUtil.createInetAddressFromIpAddressString(text));
    }

    private static long group(InetAddress address) {
        return NetworkGroup.of(CELLULAR, address.getAddress());
    }

    private void settle(int users, int seconds) {
        for (int user = 0; user < users; user++) {
            desk.settled(CELLULAR, ONE, user, seconds, true);
        }
    }

    @Test
    void tellsNewcomersWhatOthersOfTheirGroupSettledAt() {
        settle(8, 900);
        assertThat(desk.startSeconds(CELLULAR, NEIGHBOUR)).isZero();
        desk.refresh();
        assertThat(desk.startSeconds(CELLULAR, NEIGHBOUR)).isEqualTo(900);
        assertThat(desk.startSeconds(NetworkGroup.WIFI, NEIGHBOUR)).isZero();
        assertThat(desk.startSeconds(CELLULAR, ELSEWHERE)).isZero();
        assertThat(desk.startSeconds(CELLULAR, null)).isZero();
        assertThat(desk.known()).isEqualTo(1);
    }

    @Test
    void believesOnlyWhatTheConnectionHasShown() {
        for (int user = 0; user < 100; user++) {
            desk.settled(CELLULAR, ONE, user, 1_700, false);
            desk.settled(CELLULAR, ONE, user, Integer.MAX_VALUE, true);
        }
        desk.refresh();
        assertThat(desk.startSeconds(CELLULAR, ONE)).isZero();
        assertThat(desk.unproven()).isEqualTo(200);
        assertThat(desk.reports()).isZero();
    }

    @Test
    void passesItsReportsOnInOrderAndNoneTwice() {
        settle(HeartbeatDesk.REPORTS_AT_ONCE + 10, 900);
        HeartbeatsResponse first = desk.exchange(HeartbeatsRequest.getDefaultInstance());
        assertThat(first.getUsersCount()).isEqualTo(HeartbeatDesk.REPORTS_AT_ONCE);
        assertThat(first.getGroups(0)).isEqualTo(group(ONE));
        HeartbeatsRequest more =
                HeartbeatsRequest.newBuilder().setAfter(first.getLast()).build();
        HeartbeatsResponse second = desk.exchange(more);
        assertThat(second.getUsersCount()).isEqualTo(10);
        assertThat(second.getUsers(0)).isEqualTo(HeartbeatDesk.REPORTS_AT_ONCE);
        HeartbeatsRequest all =
                HeartbeatsRequest.newBuilder().setAfter(second.getLast()).build();
        assertThat(desk.exchange(all).getUsersCount()).isZero();
    }

    @Test
    void keepsTheNewestReportsForADispatcherThatWasAway() {
        settle(3 * HeartbeatDesk.REPORTS_KEPT, 900);
        HeartbeatsResponse answer = desk.exchange(HeartbeatsRequest.getDefaultInstance());
        assertThat(answer.getUsers(0)).isEqualTo(2 * HeartbeatDesk.REPORTS_KEPT);
        assertThat(answer.getLast()).isEqualTo(2L * HeartbeatDesk.REPORTS_KEPT + HeartbeatDesk.REPORTS_AT_ONCE);
        HeartbeatsRequest other =
                HeartbeatsRequest.newBuilder().setAfter(1_000_000).build();
        assertThat(desk.exchange(other).getUsersCount()).as("of another life").isPositive();
    }

    @Test
    void takesTheWordOfAllRoomsBeforeItsOwn() {
        settle(8, 900);
        desk.exchange(HeartbeatsRequest.newBuilder()
                .addGroups(group(ONE))
                .addStartSeconds(600)
                .addGroups(group(ELSEWHERE))
                .addStartSeconds(300)
                .addGroups(77)
                .build());
        desk.refresh();
        assertThat(desk.startSeconds(CELLULAR, ONE)).isEqualTo(600);
        assertThat(desk.startSeconds(CELLULAR, ELSEWHERE)).isEqualTo(300);
        desk.exchange(HeartbeatsRequest.newBuilder()
                .addGroups(group(ONE))
                .addStartSeconds(0)
                .build());
        desk.refresh();
        assertThat(desk.startSeconds(CELLULAR, ONE)).isEqualTo(900);
    }

    @Test
    void keepsNoMoreThanItsLimitOfWhatIsTold() {
        for (int batch = 0; batch < 10; batch++) {
            HeartbeatsRequest.Builder request = HeartbeatsRequest.newBuilder();
            for (int i = 0; i < 50; i++) {
                request.addGroups(1 + batch * 50L + i).addStartSeconds(500);
            }
            desk.exchange(request.build());
        }
        desk.refresh();
        assertThat(desk.known()).isEqualTo(100);
    }
}
