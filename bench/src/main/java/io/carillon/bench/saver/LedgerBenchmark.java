package io.carillon.bench.saver;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.contract.BroadcastSample;
import io.carillon.saver.ledger.Ledger;
import io.carillon.saver.ledger.LedgerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A record of the ledger, from the event to the page cache: built, queued, encoded, indexed and written with 999 others. An
 * operation is one record. Run it with {@code -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LedgerBenchmark {
    private static final int BATCH = 1000;
    private final PutEntry[] entries = new PutEntry[BATCH];
    private final PutResult[] results = new PutResult[BATCH];
    private final Ack[] acks = new Ack[BATCH];
    private final byte[][] ids = new byte[BATCH][];
    private final List<BroadcastStep> steps = new ArrayList<>();
    private final BroadcastSample sample = new BroadcastSample(ByteString.copyFromUtf8("0123456789abcdef"), 1000);
    private Path directory = Path.of("");
    private Ledger ledger = newLedger();

    private Ledger newLedger() {
        LedgerConfig config = new LedgerConfig(new ByteSize(16 << 20), 4, Duration.ofDays(3), 65_536, 1);
        return new Ledger(config, directory, "saver-1", Clock.systemUTC());
    }

    @Setup
    public void open() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < BATCH; i++) {
            ids[i] = new byte[16];
            random.nextBytes(ids[i]);
            entries[i] = PutEntry.newBuilder()
                    .setMessageId(ByteString.copyFrom(ids[i]))
                    .setRequestId(ByteString.copyFrom(ids[i]))
                    .setApp("demo")
                    .setUser("user-" + i)
                    .setAcceptedAtMs(1_700_000_000_000L + i)
                    .build();
            results[i] = PutResult.newBuilder()
                    .setStatus(PutStatus.PUT_STATUS_STORED)
                    .setSeq(1_700_000_000_000_000L + i)
                    .setStoredAtMs(1_700_000_000_001L + i)
                    .setInRedis(true)
                    .setInMysql(true)
                    .build();
            steps.add(BroadcastStep.newBuilder()
                    .setBroadcast(ByteString.copyFrom(ids[0]))
                    .setApp("demo")
                    .setUser("user-" + i)
                    .setAtMs(1_700_000_000_002L + i)
                    .setType("written")
                    .setNode("room-1")
                    .build());
            acks[i] = Ack.newBuilder()
                    .setSeq(results[i].getSeq())
                    .setWrittenAtMs(1_700_000_000_002L + i)
                    .setAckedAtMs(1_700_000_000_010L + i)
                    .build();
        }
        directory = Files.createTempDirectory("ledger-benchmark");
        ledger = newLedger();
        ledger.start();
    }

    @TearDown
    public void close() throws IOException {
        ledger.close();
        if (ledger.dropped() > 0) {
            throw new IllegalStateException("dropped: " + ledger.dropped() + " (expected: 0)");
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : List.copyOf(files.toList())) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** The record of an acceptance: two events, found by message and by request. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void acceptance() {
        for (int i = 0; i < BATCH; i++) {
            ledger.onAccepted(entries[i], results[i], "center-1");
        }
        ledger.flush();
    }

    /** A step of a broadcast at a sampled user, of which a delivery that is acknowledged has two. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void broadcastStep() {
        ledger.onSteps(steps);
        ledger.flush();
    }

    /** What a room asks for each delivery of a broadcast: whether the user is sampled, one in 1,000. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int broadcastSample() {
        int sampled = 0;
        for (int i = 0; i < BATCH; i++) {
            sampled += sample.has(entries[i].getUser()) ? 1 : 0;
        }
        return sampled;
    }

    /** The record of an end: written and acknowledged. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void end() {
        for (int i = 0; i < BATCH; i++) {
            ledger.onAcked("demo", entries[i].getUser(), ids[i], acks[i], "room-1");
        }
        ledger.flush();
    }
}
