package io.carillon.saver.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.BatchDemand;
import io.carillon.contract.BatchShare;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.NodeRef;
import io.carillon.runtime.contract.DeliveryCeiling;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The sum of what broadcasts and batches were told, in virtual time. */
class JointCeilingsTest {
    private static final int CEILING = 1000;
    private static final double USABLE = CEILING * (1 - DeliveryCeiling.RESERVED);
    private static final long LEASE_MS = 3000;
    private static final long SETTLE_MS = LEASE_MS / 2;
    private static final Offset<Double> ROUNDING = Offset.offset(1e-6);

    private final List<LiveBroadcast> live = new ArrayList<>();
    private List<ShareRow> rows = new ArrayList<>();
    private List<String> centers = List.of("c1", "c2");
    private long nowMs = 1_000_000;
    private double broadcasts;
    private int ceiling = CEILING;
    private int answered;

    @Test
    void givesBatchesAllOfItWhileNoBroadcastRunsByWhatTheCentersWant() {
        tick("c1", 300);
        tick("c2", 100);

        assertThat(tick("c1", 300)).isCloseTo(USABLE * 0.75, ROUNDING);
        assertThat(tick("c2", 100)).isCloseTo(USABLE * 0.25, ROUNDING);
    }

    @Test
    void givesABroadcastAllButTheReserveWhileNoBatchAsks() {
        run(0);

        tick("c1", 0);

        assertThat(broadcasts).isCloseTo(USABLE, ROUNDING);
    }

    @Test
    void makesABroadcastWaitForTheBatchesToMakeWay() {
        tick("c1", 2000);
        run(0);

        assertThat(tick("c2", 0)).isZero();
        assertThat(broadcasts).as("the batches were not told yet").isCloseTo(0, ROUNDING);
        assertThat(tick("c1", 2000)).isCloseTo(USABLE / 2, ROUNDING);
        assertThat(broadcasts).isCloseTo(USABLE / 2, ROUNDING);
    }

    @Test
    void makesBatchesWaitForTheRoomsToSlowDown() {
        run(0);
        tick("c1", 0);

        assertThat(tick("c1", 100)).isZero();
        assertThat(broadcasts).isCloseTo(USABLE - 150, ROUNDING);
        nowMs += SETTLE_MS - 1;
        assertThat(tick("c1", 100)).isZero();
        nowMs++;
        assertThat(tick("c1", 100)).isCloseTo(150, ROUNDING);
    }

    @Test
    void leavesTheBatchesWhatSlowBroadcastsDoNotWant() {
        run(100);
        run(50);
        tick("c1", 0);

        tick("c1", 5000);

        assertThat(broadcasts).isCloseTo(150, ROUNDING);
        assertThat(tick("c1", 5000)).isCloseTo(USABLE - 150, ROUNDING);
    }

    @Test
    void keepsTheShareOfASilentCenterUntilItCannotUseItAnyMore() {
        tick("c1", 1000);
        nowMs += DeliveryCeiling.KEPT.toMillis();
        assertThat(tick("c2", 1000)).isZero();

        nowMs += DeliveryCeiling.KEPT.toMillis();
        assertThat(tick("c2", 1000)).isCloseTo(USABLE, ROUNDING);
    }

    @Test
    void takesTheShareOfACenterThatIsGoneAfterALease() {
        tick("c1", 1000);
        centers = List.of("c2");
        nowMs += LEASE_MS - 1;
        assertThat(tick("c2", 1000)).isZero();

        nowMs++;
        assertThat(tick("c2", 1000)).isCloseTo(USABLE, ROUNDING);
    }

    @Test
    void answersWhoGivesBackAlsoWhereTheCeilingIsGone() {
        tick("c1", 100);
        ceiling = 0;

        tick("c1", 100);
        assertThat(answered).as("nothing is known to be shared").isZero();
        tick("c1", 0);
        assertThat(answered).isEqualTo(1);
        assertThat(rows).isEmpty();
    }

    @Test
    void leavesNothingBehindWhenAllIsOver() {
        run(0);
        tick("c1", 100);
        live.clear();
        tick("c1", 0);
        nowMs += SETTLE_MS;
        tick("c1", 0);

        assertThat(rows).isEmpty();
    }

    /**
     * Two centers that tick at different times, rooms that follow late, demands and broadcasts that come and go at random:
     * all use what they are told to the full.
     */
    @Test
    void neverTellsMoreThanTheCeilingToAllTogetherOverTenSeconds() {
        Random random = new Random(7);
        double[] delivered = new double[12_000];
        double[] wanted = new double[2];
        double[] told = new double[2];
        double[] followed = new double[2];
        List<Queue<double[]>> orders = List.of(new ArrayDeque<>(), new ArrayDeque<>());
        for (int step = 0; step < delivered.length; step++) {
            nowMs += 10;
            if (random.nextInt(150) == 0) {
                wanted[random.nextInt(2)] = random.nextBoolean() ? 0 : random.nextInt(3000);
            }
            if (random.nextInt(300) == 0) {
                live.clear();
            }
            if (random.nextInt(300) == 0) {
                run(random.nextBoolean() ? 0 : random.nextInt(2000));
            }
            for (int c = 0; c < 2; c++) {
                if (step % 25 == c * 12) {
                    told[c] = tick("c" + (c + 1), wanted[c]);
                    orders.get(c).add(new double[] {nowMs + random.nextInt(200), broadcasts / 2});
                }
                while (!orders.get(c).isEmpty() && orders.get(c).element()[0] <= nowMs) {
                    followed[c] = orders.get(c).remove()[1];
                }
                double room = live.isEmpty() ? 0 : followed[c];
                delivered[step] += (room + told[c] + CEILING * DeliveryCeiling.RESERVED / 2) * 0.01;
            }
        }
        double most = 0;
        double all = 0;
        for (int from = 0; from + 1000 <= delivered.length; from++) {
            double sum = 0;
            for (int i = from; i < from + 1000; i++) {
                sum += delivered[i];
            }
            most = Math.max(most, sum);
            all += sum;
        }
        assertThat(most).isLessThanOrEqualTo(10.5 * CEILING);
        assertThat(all / (delivered.length - 999)).as("it is used as well").isGreaterThan(6.5 * CEILING);
    }

    /** The asker's share. */
    private double tick(String center, double wanted) {
        BroadcastTickRequest request = BroadcastTickRequest.newBuilder()
                .setCenter(NodeRef.newBuilder().setName(center).setIncarnation(7))
                .addAllCenters(centers)
                .setLeaseMs(LEASE_MS)
                .addBatches(BatchDemand.newBuilder().setApp("app").setWanted(wanted))
                .build();
        JointCeilings shares = new JointCeilings(request, rows, live, app -> ceiling, nowMs, LEASE_MS);
        rows = new ArrayList<>(shares.rows());
        rows.removeIf(row -> row.gone);
        answered = shares.batches().size();
        broadcasts = live.isEmpty() ? 0 : shares.broadcasts("app");
        return shares.batches().stream().mapToDouble(BatchShare::getPerSecond).sum();
    }

    private void run(int rate) {
        LiveBroadcast broadcast = new LiveBroadcast(
                ByteString.copyFromUtf8("b" + live.size()),
                "app",
                false,
                true,
                rate,
                600_000,
                0,
                List.of(),
                BroadcastState.BROADCAST_STATE_WAITING);
        broadcast.start(1, nowMs);
        live.add(broadcast);
    }
}
