package io.carillon.saver;

import io.carillon.contract.App;
import io.carillon.contract.ForgetRequest;
import io.carillon.contract.ForgetResponse;
import io.carillon.contract.LedgerRequest;
import io.carillon.contract.LedgerResponse;
import io.carillon.runtime.timeout.UniformTimeout;
import io.carillon.saver.ban.Bans;
import io.carillon.saver.broadcast.Broadcasts;
import io.carillon.saver.broadcast.Listings;
import io.carillon.saver.broadcast.Ticks;
import io.carillon.saver.bucket.OwnBuckets;
import io.carillon.saver.due.DueRouter;
import io.carillon.saver.due.DueWalker;
import io.carillon.saver.fate.FateSettler;
import io.carillon.saver.housekeeping.Housekeeping;
import io.carillon.saver.idempotency.Claims;
import io.carillon.saver.label.Labels;
import io.carillon.saver.ledger.Answers;
import io.carillon.saver.ledger.BroadcastHistory;
import io.carillon.saver.ledger.Ledger;
import io.carillon.saver.ledger.LedgerQueries;
import io.carillon.saver.mailbox.Deliveries;
import io.carillon.saver.mailbox.MailboxQueries;
import io.carillon.saver.mailbox.Puts;
import io.carillon.saver.mysql.CommitLanes;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.presence.PresenceRows;
import io.carillon.saver.rebuild.Rebuilder;
import io.carillon.saver.rebuild.StrayWatcher;
import io.carillon.saver.rebuild.WarmOps;
import io.carillon.saver.redis.BucketProbe;
import io.carillon.saver.redis.OpBatcher;
import io.carillon.saver.redis.RedisLink;
import io.carillon.saver.schedule.Schedule;
import io.carillon.saver.settings.Settings;
import io.carillon.saver.uplink.DeadLetters;
import io.carillon.saver.uplink.LaneBound;
import io.carillon.saver.uplink.Receipts;
import io.carillon.saver.uplink.SupersededPresence;
import io.carillon.saver.uplink.UplinkQueue;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The parts of a saver put together, without the RPC in front. */
final class Saver implements AutoCloseable {
    private static final long WALK_INTERVAL_MS = 3000;
    private static final long FATE_INTERVAL_MS = 1000;

    private final RedisLink redis;
    private final Database mysql;
    private final CommitLanes commits;
    private final OpBatcher putOps;
    private final OpBatcher otherOps;
    private final Rebuilder rebuilder;
    private final Puts puts;
    private final Deliveries deliveries;
    private final MailboxQueries queries;
    private final DatabaseWork work;
    private final Claims claims;
    private final UplinkQueue uplinks;
    private final DeadLetters deadLetters;
    private final LaneBound laneBound;
    private final Settings settings;
    private final Labels labels;
    private final DatabaseWork gated;
    private final Listings listings;
    private final Broadcasts broadcasts;
    private final Ticks ticks;
    private final Schedule schedule;
    private final Bans bans;
    private final PresenceRows presence;

    private final DueWalker walker;
    private final FateSettler fates;
    private final StrayWatcher strays;
    private final SupersededPresence supersededPresence;
    private final Housekeeping housekeeping;
    private final Ledger ledger;
    private final LedgerQueries history;
    private final BroadcastHistory broadcastHistory;

    /**
     * How long calls wait before they are answered without.
     *
     * @param putWarmMs a put for a cold bucket, before MySQL alone takes it
     * @param warmMs a load or ack for a cold bucket
     * @param tagsMs a load for tags that are not in memory
     */
    record Waits(long putWarmMs, long warmMs, long tagsMs) {
        static final Waits STANDARD = new Waits(500, 1000, 250);
    }

    /** What a saver needs of the world around it. */
    record Surroundings(
            String name,
            Supplier<List<String>> otherSavers,
            DueRouter router,
            Function<LedgerRequest, Stream<CompletableFuture<LedgerResponse>>> otherLedgers,
            Path dataDirectory,
            ScheduledExecutorService scheduler,
            Clock clock,
            Waits waits) {}

    Saver(SaverConfig config, Surroundings around) {
        Clock clock = around.clock();
        ScheduledExecutorService scheduler = around.scheduler();
        SecureRandom random = new SecureRandom();
        ledger = new Ledger(config.ledger(), around.dataDirectory().resolve("ledger"), around.name(), clock);
        redis = RedisLink.open(config.redis());
        mysql = Database.open(config.mysql());
        commits = new CommitLanes(mysql);
        // Puts have calls of their own: out of memory, Redis refuses them, and must go on taking what frees it.
        putOps = new OpBatcher(redis, config.redis(), config.mailbox());
        otherOps = new OpBatcher(redis, config.redis(), config.mailbox());
        rebuilder = new Rebuilder(otherOps, mysql, scheduler, () -> nonce(random), clock);
        WarmOps warmOps = new WarmOps(otherOps, rebuilder, around.waits().warmMs());
        walker = new DueWalker(
                BucketProbe.due(redis),
                warmOps,
                mysql,
                around.router(),
                new OwnBuckets(around.otherSavers(), around.name()),
                WALK_INTERVAL_MS);
        strays = new StrayWatcher(warmOps, redis, mysql, walker::onStored);
        work = new DatabaseWork(mysql);
        settings = new Settings(work, scheduler);
        laneBound = new LaneBound(config.uplinks());
        fates = new FateSettler(
                BucketProbe.fates(redis),
                otherOps,
                mysql,
                new OwnBuckets(around.otherSavers(), around.name()),
                ledger,
                new Receipts(settings::wantsReceipts, laneBound, clock),
                clock,
                FATE_INTERVAL_MS);
        deadLetters =
                new DeadLetters(work, config.deadLetters(), config.uplinks().keep(), clock);
        puts = new Puts(
                new WarmOps(putOps, rebuilder, around.waits().putWarmMs()),
                redis,
                commits,
                config.mailbox(),
                new UniformTimeout(scheduler, config.mysql().answerTimeout()),
                clock,
                around.name(),
                ledger,
                walker::onStored,
                strays::onStray);
        presence = new PresenceRows(work, scheduler, settings::presenceTags, clock);
        labels = new Labels(
                work, scheduler, config.mysql().commitTimeout(), around.waits().tagsMs(), presence::onTags);
        deliveries = new Deliveries(warmOps, ledger, strays::settled, settings::wantsReceipts, labels.loads());
        queries = new MailboxQueries(warmOps);
        claims = new Claims(otherOps);
        uplinks = new UplinkQueue(work, deadLetters, laneBound, clock);
        gated = new DatabaseWork(mysql, 1, "mysql-gated-");
        listings = new Listings(work, scheduler, config.broadcast());
        broadcasts = new Broadcasts(work, gated, config.broadcast(), ledger, clock, listings::look);
        ticks = new Ticks(gated, config.broadcast(), this::deliveriesPerSecondMax, ledger, listings::look);
        schedule = new Schedule(work, config.schedule(), ledger, clock);
        supersededPresence =
                new SupersededPresence(() -> settings.presenceTags().keySet(), laneBound, clock);
        housekeeping = new Housekeeping(mysql, deadLetters, broadcasts, schedule, supersededPresence, clock);
        bans = new Bans(work, scheduler, Bans.BANS_MAX);
        broadcastHistory = new BroadcastHistory(request -> askSavers(request, around));
        history = new LedgerQueries(request -> askSavers(request, around), warmOps, work, schedule, ledger);
    }

    private int deliveriesPerSecondMax(String id) {
        App app = settings.app(id);
        return app == null ? 0 : app.getDeliveriesPerSecondMax();
    }

    private CompletableFuture<Answers> askSavers(LedgerRequest request, Surroundings around) {
        return Answers.of(
                Stream.concat(around.otherLedgers().apply(request), Stream.of(work.run(() -> ledger.find(request)))));
    }

    /** Begins the work that nobody asks for. */
    void start() throws IOException {
        ledger.start();
        walker.start();
        fates.start();
        strays.start();
        housekeeping.start();
    }

    void bindTo(MeterRegistry meters) {
        SaverMetric.REDIS_UP.gauge(meters, () -> redis.available() ? 1 : 0);
        SaverMetric.MYSQL_UP.gauge(meters, () -> mysql.available() ? 1 : 0);
        SaverMetric.OPERATIONS_WAITING.gauge(meters, putOps::waiting, "queue", "put");
        SaverMetric.OPERATIONS_WAITING.gauge(meters, otherOps::waiting, "queue", "other");
        SaverMetric.ROWS_WAITING.gauge(meters, commits::waiting);
        SaverMetric.ROWS_REJECTED.gauge(meters, commits::rejected);
        SaverMetric.FATES_DROPPED.gauge(meters, this::fatesDropped);
        SaverMetric.LEDGER_DROPPED.gauge(meters, ledger::dropped);
        SaverMetric.TAGS_UNKNOWN.gauge(meters, labels.loads()::unknown);
        SaverMetric.RECEIPTS_DROPPED.gauge(meters, this::receiptsDropped);
        SaverMetric.PRESENCE_SUPERSEDED.gauge(meters, this::presenceSuperseded);
        SaverMetric.DEAD_LETTERS_DROPPED.gauge(meters, deadLetters::droppedTooMany, "reason", "count");
        SaverMetric.DEAD_LETTERS_DROPPED.gauge(meters, deadLetters::droppedTooOld, "reason", "age");
        SaverMetric.BROADCAST_READS.gauge(meters, listings::reads);
        SaverMetric.BROADCAST_BYTES.gauge(meters, listings::bytes);
        SaverMetric.SCHEDULED_DROPPED.gauge(meters, schedule::dropped);
    }

    /** Fates that were dropped at their bound. */
    long fatesDropped() {
        return putOps.fatesDropped() + otherOps.fatesDropped();
    }

    /** Receipts that too many waited before. */
    long receiptsDropped() {
        return laneBound.dropped();
    }

    /** Presence events that were dropped behind a newer one. */
    long presenceSuperseded() {
        return supersededPresence.dropped();
    }

    CommitLanes commits() {
        return commits;
    }

    private static String nonce(SecureRandom random) {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    Puts puts() {
        return puts;
    }

    Deliveries deliveries() {
        return deliveries;
    }

    MailboxQueries queries() {
        return queries;
    }

    Labels labels() {
        return labels;
    }

    /** Drops what is pending of a user, and its labels. Both are attempted; where one fails the call fails. */
    CompletableFuture<ForgetResponse> forget(ForgetRequest request) {
        return queries.forget(request)
                .thenCombine(labels.forget(request.getUser()), (mailbox, version) -> mailbox.toBuilder()
                        .setTagsVersion(version)
                        .build());
    }

    Claims claims() {
        return claims;
    }

    UplinkQueue uplinks() {
        return uplinks;
    }

    DeadLetters deadLetters() {
        return deadLetters;
    }

    LedgerQueries history() {
        return history;
    }

    BroadcastHistory broadcastHistory() {
        return broadcastHistory;
    }

    PresenceRows presence() {
        return presence;
    }

    Settings settings() {
        return settings;
    }

    Listings listings() {
        return listings;
    }

    Broadcasts broadcasts() {
        return broadcasts;
    }

    Ticks ticks() {
        return ticks;
    }

    Schedule schedule() {
        return schedule;
    }

    Housekeeping housekeeping() {
        return housekeeping;
    }

    Bans bans() {
        return bans;
    }

    /** One store is enough to accept messages. */
    boolean ready() {
        return settings.known() && (redis.available() || mysql.available());
    }

    @Override
    public void close() {
        settings.close();
        labels.close();
        presence.close();
        listings.close();
        bans.close();
        walker.close();
        fates.close();
        strays.close();
        housekeeping.close();
        gated.close();
        work.close();
        rebuilder.close();
        commits.close();
        ledger.close();
        mysql.close();
        redis.close();
    }
}
