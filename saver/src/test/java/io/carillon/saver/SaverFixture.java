package io.carillon.saver;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.AckEntry;
import io.carillon.contract.AckKind;
import io.carillon.contract.AckRequest;
import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.DueOutcome;
import io.carillon.contract.Durability;
import io.carillon.contract.LedgerRequest;
import io.carillon.contract.LedgerResponse;
import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResult;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutRequest;
import io.carillon.contract.PutResult;
import io.carillon.contract.UserKey;
import io.carillon.contract.Webhooks;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.saver.broadcast.BroadcastConfig;
import io.carillon.saver.ledger.LedgerConfig;
import io.carillon.saver.mysql.DatabaseConfig;
import io.carillon.saver.redis.MailboxLimits;
import io.carillon.saver.redis.RedisConfig;
import io.carillon.saver.schedule.ScheduleConfig;
import io.carillon.saver.uplink.DeadLetterConfig;
import io.carillon.saver.uplink.UplinkConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A saver over real stores, and short ways to speak to it. */
final class SaverFixture implements AutoCloseable {
    static final String APP = "shop";
    private static final AtomicLong IDS = new AtomicLong(1);

    final ScheduledExecutorService scheduler =
            Executors.newScheduledThreadPool(1, Thread.ofPlatform().daemon().factory());
    final Saver saver;
    /** Users that were handed over, in order. */
    final Queue<String> due = new ConcurrentLinkedQueue<>();

    volatile DueOutcome outcome = DueOutcome.DUE_OUTCOME_HINTED;

    SaverFixture(SaverConfig config) {
        this("saver-1", List.of(), request -> Stream.empty(), config);
    }

    SaverFixture(
            String name,
            List<String> others,
            Function<LedgerRequest, Stream<CompletableFuture<LedgerResponse>>> otherLedgers,
            SaverConfig config) {
        saver = new Saver(
                config,
                new Saver.Surroundings(
                        name,
                        () -> others,
                        this::route,
                        otherLedgers,
                        newDirectory(),
                        scheduler,
                        Clock.systemUTC(),
                        waits(config)));
        try {
            saver.start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As long as the stores are waited for. */
    private static Saver.Waits waits(SaverConfig config) {
        long storeMs = config.redis().commandTimeout().toMillis();
        return storeMs > 1000 ? new Saver.Waits(storeMs, storeMs, storeMs) : Saver.Waits.STANDARD;
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target", "saver")), "node");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<List<DueOutcome>> route(List<UserKey> users) {
        users.forEach(user -> due.add(user.getUser()));
        return CompletableFuture.completedFuture(Collections.nCopies(users.size(), outcome));
    }

    /** Patient, since the machine may be busy: no store counts as away that is not. */
    static SaverConfig config(String redisUri, String mysqlUrl) {
        return config(redis(false, redisUri), mysql(mysqlUrl));
    }

    /** For stores that die or stand still: soon given up. */
    static SaverConfig hastyConfig(String redisUri, String mysqlUrl) {
        return config(
                hasty(redis(false, redisUri)),
                mysql(mysqlUrl, Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2)));
    }

    private static SaverConfig config(RedisConfig redis, DatabaseConfig mysql) {
        return new SaverConfig(
                redis, mysql, limits(500, 8), ledger(), deadLetters(10_000), broadcasts(), schedule(), uplinks());
    }

    static LedgerConfig ledger() {
        return ConfigLoader.defaults(LedgerConfig.class);
    }

    static BroadcastConfig broadcasts() {
        return ConfigLoader.defaults(BroadcastConfig.class);
    }

    static ScheduleConfig schedule() {
        return ConfigLoader.defaults(ScheduleConfig.class);
    }

    static UplinkConfig uplinks() {
        return ConfigLoader.defaults(UplinkConfig.class);
    }

    static DeadLetterConfig deadLetters(int perAppMax) {
        return new DeadLetterConfig(perAppMax, Duration.ofDays(30));
    }

    static RedisConfig redis(boolean cluster, String... uris) {
        return redis(1000, cluster, uris);
    }

    static RedisConfig redis(int bucketFatesMax, boolean cluster, String... uris) {
        return new RedisConfig(
                List.of(uris),
                cluster,
                Duration.ofSeconds(30),
                2,
                256,
                bytes(1 << 20),
                20_000,
                bytes(64 << 20),
                bucketFatesMax);
    }

    static RedisConfig hasty(RedisConfig redis) {
        return new RedisConfig(
                redis.uris(),
                redis.cluster(),
                Duration.ofSeconds(1),
                redis.callsMax(),
                redis.callOperationsMax(),
                redis.callBytesMax(),
                redis.queueOperationsMax(),
                redis.queueBytesMax(),
                redis.bucketFatesMax());
    }

    static DatabaseConfig mysql(String url) {
        return mysql(url, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(30));
    }

    static DatabaseConfig mysql(
            String url, Duration connectionTimeout, Duration commitTimeout, Duration answerTimeout) {
        return new DatabaseConfig(url, "root", "", 8, 2, 200, 4096, connectionTimeout, commitTimeout, answerTimeout);
    }

    static MailboxLimits limits(int messages, int parkAfter) {
        return new MailboxLimits(messages, bytes(1 << 20), parkAfter);
    }

    private static io.carillon.runtime.config.ByteSize bytes(long bytes) {
        return new io.carillon.runtime.config.ByteSize(bytes);
    }

    static ByteString newId() {
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(System.nanoTime())
                .putLong(IDS.getAndIncrement())
                .flip());
    }

    static PutEntry.Builder message(String user, String text) {
        return PutEntry.newBuilder()
                .setApp(APP)
                .setUser(user)
                .setMessageId(newId())
                .setPayload(ByteString.copyFromUtf8(text))
                .setTtlMs(600_000)
                .setAcceptedAtMs(1)
                .setRequestId(newId());
    }

    static PutEntry.Builder inRedis(String user, String text) {
        return message(user, text).setDurability(Durability.DURABILITY_REDIS);
    }

    PutResult put(PutEntry.Builder entry) {
        return putAll(entry.build()).getFirst();
    }

    List<PutResult> putAll(PutEntry... entries) {
        return get(saver.puts()
                        .put(PutRequest.newBuilder()
                                .addAllEntries(Arrays.asList(entries))
                                .setCenter("center-1")
                                .build()))
                .getResultsList();
    }

    LoadResult load(String user) {
        return load(loading(user));
    }

    static LoadEntry.Builder loading(String user) {
        return LoadEntry.newBuilder()
                .setApp(APP)
                .setUser(user)
                .setMessagesMax(16)
                .setBytesMax(1 << 20);
    }

    LoadResult load(LoadEntry.Builder entry) {
        return get(saver.deliveries()
                        .load(LoadRequest.newBuilder().addEntries(entry).build()))
                .getResults(0);
    }

    boolean ack(String user, long... seqs) {
        return ack(
                user,
                Arrays.stream(seqs)
                        .mapToObj(seq -> Ack.newBuilder().setSeq(seq).build())
                        .toArray(Ack[]::new));
    }

    boolean ack(String user, Ack... acks) {
        return get(saver.deliveries()
                        .ack(AckRequest.newBuilder()
                                .addEntries(AckEntry.newBuilder()
                                        .setApp(APP)
                                        .setUser(user)
                                        .addAllAcks(Arrays.asList(acks)))
                                .build()))
                .getApplied(0);
    }

    /** The app has an endpoint for receipts from now on. */
    void wantReceipts() {
        App app = App.newBuilder()
                .setId(APP)
                .setWebhooks(Webhooks.newBuilder().setReceiptsUrl("https://a.example/receipts"))
                .build();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> get(saver.settings()
                                        .put(AppPutRequest.newBuilder()
                                                .setApp(app)
                                                .build()))
                                .getVersion()
                        > 0);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> saver.settings()
                .wantsReceipts(APP));
    }

    static Ack later(long seq, int seconds) {
        return Ack.newBuilder()
                .setSeq(seq)
                .setKind(AckKind.ACK_KIND_LATER)
                .setLaterSeconds(seconds)
                .build();
    }

    static List<String> texts(LoadResult result) {
        return result.getMessagesList().stream()
                .map(message -> message.getPayload().toStringUtf8())
                .toList();
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        saver.close();
        scheduler.shutdownNow();
    }
}
