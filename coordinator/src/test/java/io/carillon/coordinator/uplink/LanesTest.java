package io.carillon.coordinator.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.LaneLimit;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How the place in hand is shared out. */
class LanesTest {
    private static final int PLACES = 2_000;
    private final Lanes lanes = new Lanes();

    @Test
    void leavesPlaceForTheNextWhereTwentyLanesHang() {
        int free = PLACES;
        for (long lane = 1; lane <= 20; lane++) {
            UplinkTakeRequest request = lanes.ask(free, 0).build();
            assertThat(request.getLaneMax()).isPositive().isLessThan(free);
            lanes.taken(taken(lane, request.getLaneMax(), true));
            free -= request.getLaneMax();
        }
        assertThat(free).isPositive();
    }

    @Test
    void givesALaneNoMoreThanItsPartBesideWhatItHas() {
        lanes.ask(PLACES, 0);
        lanes.taken(taken(7, 300, false));

        UplinkTakeRequest request = lanes.ask(PLACES - 300, 0).build();

        assertThat(limits(request)).containsExactly(Map.entry(7L, request.getLaneMax() - 300));
        for (int i = 0; i < 300; i++) {
            lanes.released(7);
        }
        assertThat(lanes.ask(PLACES, 0).getLimitsList()).isEmpty();
    }

    @Test
    void asksForMoreOfALaneThatTookAllItMightWhenHalfOfItIsDone() {
        int most = lanes.ask(PLACES, 0).getLaneMax();
        lanes.taken(taken(7, most, false));
        lanes.ask(PLACES - most, 0);
        lanes.taken(taken(7, 0, false));

        for (int i = 1; i < most / 2; i++) {
            assertThat(lanes.released(7)).isFalse();
        }
        assertThat(lanes.released(7)).isTrue();
        assertThat(lanes.released(7)).as("once").isFalse();
    }

    @Test
    void asksForNoMoreOfALaneThatHadLess() {
        lanes.ask(PLACES, 0);
        lanes.taken(taken(7, 3, false));

        assertThat(lanes.released(7)).isFalse();
    }

    @Test
    void takesNothingFromAClosedLaneUntilItsTime() {
        lanes.close(7, 100);

        assertThat(limits(lanes.ask(PLACES, 99).build())).containsExactly(Map.entry(7L, 0));
        assertThat(lanes.ask(PLACES, 100).getLimitsList()).isEmpty();
    }

    @Test
    void goesOnBehindTheLastLaneAndBeginsAgainWhenAllWereAsked() {
        assertThat(lanes.ask(PLACES, 0).hasAfterLane()).isFalse();
        assertThat(lanes.taken(taken(7, 1, true))).isTrue();
        assertThat(lanes.ask(PLACES, 0).getAfterLane()).isEqualTo(7);
        assertThat(lanes.taken(taken(9, 1, false))).isFalse();
        assertThat(lanes.ask(PLACES, 0).hasAfterLane()).isFalse();
    }

    private static Map<Long, Integer> limits(UplinkTakeRequest request) {
        return request.getLimitsList().stream().collect(Collectors.toMap(LaneLimit::getLane, LaneLimit::getMax));
    }

    private static UplinkTakeResponse taken(long lane, int count, boolean more) {
        UplinkTakeResponse.Builder response =
                UplinkTakeResponse.newBuilder().setLastLane(lane).setMore(more);
        for (int i = 0; i < count; i++) {
            response.addUplinks(StoredUplink.newBuilder().setLane(lane));
        }
        return response.build();
    }
}
