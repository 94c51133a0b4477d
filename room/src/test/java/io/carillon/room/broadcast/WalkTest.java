package io.carillon.room.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.carillon.contract.Audience;
import io.carillon.contract.AudienceCountRequest;
import io.carillon.contract.BanEntry;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.TaskState;
import io.carillon.room.delivery.Binding;
import io.carillon.runtime.config.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How fast a walk is, what goes between, and what it may hold. */
class WalkTest {
    private static final BroadcastState RUNNING = BroadcastState.BROADCAST_STATE_RUNNING;
    private static final BroadcastState FINISHED = BroadcastState.BROADCAST_STATE_FINISHED;

    private static BroadcastWorld worldWith(int runsMax, ByteSize listBytesMax) {
        BroadcastLimits all = BroadcastLimits.defaults();
        return new BroadcastWorld(new BroadcastLimits(
                all.connectionsPerTurn(),
                all.giveWayMax(),
                all.slotsPerTurn(),
                runsMax,
                listBytesMax,
                all.frameBytesMax(),
                all.pollWait(),
                all.callTimeout(),
                all.countInterval(),
                all.listGrace(),
                all.askAgainAfter(),
                all.ledgerOneIn()));
    }

    @Test
    void holdsItsRateWithinFivePercentOverTenSeconds() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(5_000);
        world.start(10, 300);
        for (int i = 0; i < 5; i++) {
            long before = world.received(10);
            world.pass(10_000 / 5);
            assertThat(world.received(10) - before).isBetween(480L, 720L);
        }
        assertThat(world.received(10)).isBetween(2_850L, 3_150L);
        assertThat(world.run(10, 300).getLeft()).isBetween(1_850L, 2_150L);
    }

    @Test
    void aSmallRateIsHeldToo() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(500);
        world.start(10, 7);
        world.pass(10_000);
        assertThat(world.received(10)).isBetween(67L, 73L);
    }

    @Test
    void leavesTheLoopToOthersAfterEachSlice() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(1_000);
        world.list(10, RUNNING);
        world.desk.order(BroadcastOrderRequest.newBuilder()
                .setIncarnation(7)
                .addOrders(BroadcastOrder.newBuilder()
                        .setBroadcast(BroadcastWorld.id(10))
                        .setLeaseNumber(1)
                        .setWanted(RUNNING))
                .build());
        world.loop.run();
        for (int i = 0; i < 5; i++) {
            long before = world.received(10);
            world.loop.pass(Duration.ofNanos(1));
            assertThat(world.received(10) - before).isLessThanOrEqualTo(64);
        }
        world.pass(100);
        assertThat(world.received(10)).isEqualTo(1_000);
    }

    @Test
    void givesWayWhileMessagesForSingleUsersComeLaterThanTheyDoAlone() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(20_000);
        unicasts(world, 3_000, 5);
        world.start(10, 0);
        unicasts(world, 1_000, 60);
        long held = world.received(10);
        unicasts(world, 1_000, 60);
        assertThat(world.received(10) - held).isBetween(4 * 64L, 8 * 64L);

        unicasts(world, 6_000, 5);
        assertThat(world.received(10)).isEqualTo(20_000);
    }

    @Test
    void aBroadcastWithARateKeepsItWhateverIsLate() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(5_000);
        unicasts(world, 3_000, 5);
        world.start(10, 1_000);
        unicasts(world, 3_000, 500);
        assertThat(world.received(10)).isBetween(2_850L, 3_150L);
    }

    /** One in 8 ms, each acknowledged so long after its acceptance. */
    private static void unicasts(BroadcastWorld world, long forMs, long ageMs) {
        Binding binding = world.devices.getFirst().binding();
        for (long ms = 0; ms < forMs; ms += 8) {
            world.pass(8);
            long seq = 1_000 + world.loop.nowNs();
            world.broadcasts.unicastWritten(binding, seq, world.loop.wallMs() - ageMs);
            world.broadcasts.unicastAcked(binding, seq);
        }
    }

    @Test
    void whatRunsWithoutARateGoesOverConnectionsTogetherAndInOrder() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(1_000);
        world.start(10, 0);
        for (int i = 0; i < 5; i++) {
            turn(world);
        }
        long ahead = world.received(10);
        assertThat(ahead).isBetween(64L, 5 * 64L);
        world.start(20, 0);
        world.start(30, 0);
        while (world.received(10) < 1_000) {
            turn(world);
            if (world.received(20) > 0) {
                assertThat(world.received(20)).isEqualTo(world.received(10) - ahead);
                assertThat(world.received(30)).isEqualTo(world.received(20));
            }
        }
        world.pass(100);
        assertThat(world.devices)
                .allSatisfy(device -> assertThat(device.received).containsExactly(10L, 20L, 30L));
        assertThat(world.devices).allSatisfy(device -> {
            assertThat(device.floors).containsExactly(10L, 20L, 30L);
            assertThat(device.binding().standing()).isNull();
        });
    }

    @Test
    void aWalkThatBeganInTheMiddleReachesEverybodyAlsoWhereMoreLoggedIn() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(1_000);
        world.start(10, 0);
        turn(world);
        world.start(20, 0);
        turn(world);
        world.logins(500);
        world.pass(100);
        assertThat(world.devices)
                .allSatisfy(device -> assertThat(device.received).containsExactly(10L, 20L));
        assertThat(world.run(20, 0).getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(world.run(20, 0).getWritten()).isEqualTo(1_500);
    }

    private static void turn(BroadcastWorld world) {
        world.loop.pass(Duration.ofNanos(1));
    }

    @Test
    void takesSoManyRunsAtATime() {
        BroadcastWorld world = worldWith(2, new ByteSize(1 << 20));
        world.logins(100);
        world.start(10, 1);
        world.start(20, 1);
        assertThat(world.start(30, 1).getOutcome()).isEqualTo(OrderOutcome.ORDER_OUTCOME_BUSY);
        world.run(10, 0);
        world.pass(1_000);
        assertThat(world.run(30, 1).getOutcome()).isEqualTo(OrderOutcome.ORDER_OUTCOME_TAKEN);
    }

    @Test
    void asksForARecordThatItDoesNotHave() {
        BroadcastWorld world = new BroadcastWorld();
        world.logins(1);
        BroadcastOrder order = BroadcastOrder.newBuilder()
                .setBroadcast(BroadcastWorld.id(10))
                .setLeaseNumber(1)
                .setWanted(RUNNING)
                .build();
        assertThat(world.order(order).getOutcome()).isEqualTo(OrderOutcome.ORDER_OUTCOME_UNKNOWN);
        assertThat(world.desk
                        .order(BroadcastOrderRequest.newBuilder()
                                .setIncarnation(6)
                                .addOrders(order)
                                .build())
                        .isDone())
                .isFalse();
        CompletableFuture<?> gone = world.desk.order(BroadcastOrderRequest.newBuilder()
                .setIncarnation(6)
                .addOrders(order)
                .build());
        world.loop.run();
        assertThat(gone.join().toString()).contains("ORDER_OUTCOME_GONE");
    }

    @Test
    void holdsBackTheOldestWhereTheListsAreTooManyBytesAndAsksAgain() {
        BroadcastWorld world = worldWith(8, new ByteSize(40 << 10));
        ByteString big = ByteString.copyFrom(new byte[30 << 10]);
        for (long bseq : List.of(10L, 20L)) {
            Broadcast.Builder broadcast = world.broadcast(bseq);
            broadcast.getSpecBuilder().setPayload(big);
            world.list(broadcast.build(), FINISHED);
        }
        Device device = world.login(0);
        world.pass(1_000);
        assertThat(device.received).containsExactly(20L);
        world.ping(device);
        assertThat(device.floors).isEmpty();

        world.unlist(20);
        world.pass(60_000);
        assertThat(device.received).containsExactly(20L, 10L);
        world.ping(device);
        assertThat(device.floors).last().isEqualTo(20L);
    }

    @Test
    void aKickEndsWhoIsMeantAndNobodyElse() {
        BroadcastWorld world = new BroadcastWorld();
        List<Device> devices = world.logins(3);
        world.tags(devices.get(0), "bad");
        world.tags(devices.get(1), "good");
        Broadcast.Builder kick = world.broadcast(10);
        kick.getSpecBuilder()
                .setKind(BroadcastKind.BROADCAST_KIND_KICK)
                .setReason("cheating")
                .setAudience(Audience.newBuilder().addTagsAny("bad"));
        world.order(kick.build(), 1, RUNNING, 0);
        world.pass(100);
        assertThat(devices.get(0).kicked).isEqualTo("KICKED cheating");
        assertThat(devices.get(1).kicked).isNull();
        assertThat(devices.get(2).kicked).isNull();
        Device later = world.login(0);
        world.pass(10);
        world.tags(later, "bad");
        world.tags(devices.get(2), "bad");
        assertThat(devices.get(2).kicked).isEqualTo("KICKED cheating");
        assertThat(later.kicked).isNull();
        var result = world.order(kick.build(), 1, RUNNING, 0);
        assertThat(result.getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(result.getWritten()).isEqualTo(2);
        assertThat(world.login(0).received).isEmpty();

        Broadcast.Builder elsewhere = world.broadcast(11);
        elsewhere
                .getSpecBuilder()
                .setKind(BroadcastKind.BROADCAST_KIND_KICK)
                .setBanMs(1)
                .setAudience(Audience.newBuilder().addRooms("room-2"));
        assertThat(world.order(elsewhere.build(), 1, RUNNING, 0).getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(devices.get(1).kicked).isNull();
    }

    private static Broadcast banOf(BroadcastWorld world, String tag) {
        Broadcast.Builder kick = world.broadcast(10);
        kick.getSpecBuilder()
                .setKind(BroadcastKind.BROADCAST_KIND_KICK)
                .setReason("abuse")
                .setBanMs(60_000)
                .setAudience(Audience.newBuilder().addTagsAny(tag));
        return kick.build();
    }

    @Test
    void aKickWithABanEndsNobodyBeforeTheBanIsStored() {
        BroadcastWorld world = new BroadcastWorld();
        List<Device> devices = world.logins(3);
        world.tags(devices.get(0), "bad");
        world.tags(devices.get(1), "bad");
        world.tags(devices.get(2), "good");
        Broadcast kick = banOf(world, "bad");
        world.order(kick, 1, RUNNING, 0);
        world.pass(1_000);

        assertThat(world.bans.keySet())
                .extracting(ban -> ban.getUser().getUser(), BanEntry::getBanMs, BanEntry::getReason)
                .containsExactly(tuple("user-0", 60_000L, "abuse"), tuple("user-1", 60_000L, "abuse"));
        assertThat(devices).allMatch(device -> device.kicked == null);
        OrderResult before = world.order(kick, 1, RUNNING, 0);
        assertThat(before.getState()).isEqualTo(TaskState.TASK_STATE_WALKING);
        assertThat(before.getLeft()).isEqualTo(2);

        world.logout(devices.get(1));
        world.answerBans(true);

        assertThat(devices.get(0).kicked).isEqualTo("BANNED abuse");
        assertThat(devices.get(1).kicked).isNull();
        assertThat(devices.get(2).kicked).isNull();
        OrderResult after = world.order(kick, 1, RUNNING, 0);
        assertThat(after.getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(after.getWritten()).isEqualTo(2);
    }

    @Test
    void aKickStandsStillWhileTooManyBansWaitAndLosesNone() {
        BroadcastWorld world = new BroadcastWorld();
        List<Device> devices = world.logins(10);
        devices.forEach(device -> world.tags(device, "bad"));
        world.bansMax = 4;
        Broadcast kick = banOf(world, "bad");
        world.order(kick, 1, RUNNING, 0);
        for (int round = 1; round <= 3; round++) {
            world.pass(1_000);
            assertThat(world.bans).hasSize(round < 3 ? 4 : 2);
            assertThat(world.order(kick, 1, RUNNING, 0).getState()).isEqualTo(TaskState.TASK_STATE_WALKING);
            world.answerBans(true);
        }
        assertThat(devices).allMatch(device -> "BANNED abuse".equals(device.kicked));
        assertThat(world.order(kick, 1, RUNNING, 0).getState()).isEqualTo(TaskState.TASK_STATE_DONE);
    }

    @Test
    void aKickLeavesAloneWhoIsRefusedABan() {
        BroadcastWorld world = new BroadcastWorld();
        Device device = world.logins(1).getFirst();
        world.tags(device, "bad");
        Broadcast kick = banOf(world, "bad");
        world.order(kick, 1, RUNNING, 0);
        world.pass(100);
        world.answerBans(false);

        assertThat(device.kicked).isNull();
        OrderResult result = world.order(kick, 1, RUNNING, 0);
        assertThat(result.getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(result.getTargeted()).isEqualTo(1);
        assertThat(result.getWritten()).isZero();
    }

    @Test
    void aUserWhoseTagsComeLateIsBannedWhenThereIsRoom() {
        BroadcastWorld world = new BroadcastWorld();
        List<Device> devices = world.logins(2);
        world.tags(devices.get(0), "bad");
        world.bansMax = 1;
        world.order(banOf(world, "bad"), 1, RUNNING, 0);
        world.pass(100);
        world.tags(devices.get(1), "bad");
        world.answerBans(true);
        assertThat(devices.get(1).kicked).isNull();
        world.pass(1_000);
        world.answerBans(true);
        assertThat(devices.get(1).kicked).isEqualTo("BANNED abuse");
    }

    @Test
    void countsAnAudience() {
        BroadcastWorld world = new BroadcastWorld();
        List<Device> devices = world.logins(4);
        world.tags(devices.get(0), "a", "b");
        world.tags(devices.get(1), "a");
        world.tags(devices.get(2));
        assertThat(count(world, Audience.newBuilder())).isEqualTo(4);
        assertThat(count(world, Audience.newBuilder().addTagsAny("a").addTagsAny("x")))
                .isEqualTo(2);
        assertThat(count(world, Audience.newBuilder().addTagsAll("a").addTagsAll("b")))
                .isEqualTo(1);
        assertThat(count(world, Audience.newBuilder().addTagsNone("b"))).isEqualTo(2);
        assertThat(count(world, Audience.newBuilder().addTagsAny("a").addTagsNone("b")))
                .isEqualTo(1);
        assertThat(count(world, Audience.newBuilder().addRooms("room-2"))).isZero();
    }

    private static long count(BroadcastWorld world, Audience.Builder audience) {
        var answer = world.desk.count(AudienceCountRequest.newBuilder()
                .setApp(BroadcastWorld.APP)
                .setAudience(audience)
                .build());
        world.pass(10);
        return answer.join().getBindings();
    }

    @Test
    void sharesTheTagsOfUsersWhoHaveTheSame() {
        TagTable table = new TagTable();
        assertThat(table.of(List.of("b", "a"))).isSameAs(table.of(List.of("a", "b", "a")));
        assertThat(table.of(List.of())).isSameAs(Tags.NONE);
    }

    @Test
    void encodesAFrameOnceWhoeverTakesIt() {
        BroadcastWorld world = new BroadcastWorld();
        FrameBudget budget = new FrameBudget(1 << 20);
        BroadcastRecord record =
                BroadcastRecord.of(world.broadcast(10).build(), new Tally(BroadcastWorld.id(10)), budget, 1000);
        assertThat(record.frames.get(3, true)).isSameAs(record.frames.get(3, true));
        assertThat(record.frames.get(3, false)).isNotSameAs(record.frames.get(3, true));
        assertThat(budget.used()).isPositive();
        record.frames.drop();
        assertThat(budget.used()).isZero();
        assertThat(record.frames.get(3, true)).isNull();
    }
}
