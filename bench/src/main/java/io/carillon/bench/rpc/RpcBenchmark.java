package io.carillon.bench.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Echo calls a second over one loopback connection with a fixed number in flight: each answer causes the next call, from
 * the callback. The stacks take turns in one run; what counts is their ratio.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 8, time = 2)
@Measurement(iterations = 3, time = 1500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-Dlogback.configurationFile=io/carillon/bench/jmh/logback-quiet.xml",
            "-Xms1g",
            "-Xmx1g",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class RpcBenchmark {
    private static final int CALLS = 4096;

    @Param({"32", "256", "4096"})
    private int bodyBytes;

    @Param({"1", "64", "1024"})
    private int inFlight;

    @Param({"carillon", "grpc"})
    private String stack = "";

    private EchoStack echo = new NoEcho();
    private BytesValue body = BytesValue.getDefaultInstance();

    @Setup
    public void open() throws Exception {
        echo = stack.equals("grpc") ? new GrpcEcho() : new CarillonEcho();
        body = BytesValue.of(ByteString.copyFrom(new byte[bodyBytes]));
    }

    @TearDown
    public void close() throws Exception {
        echo.close();
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int calls() throws Exception {
        Round round = new Round(echo, body, CALLS);
        for (int i = 0; i < inFlight; i++) {
            round.next();
        }
        return round.done.get(60, TimeUnit.SECONDS);
    }

    /** The same, called by a thread that is no event loop and waits while as many are in flight. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int callsFromAThread() throws Exception {
        Window window = new Window(inFlight);
        for (int i = 0; i < CALLS; i++) {
            window.free.acquire();
            echo.call(body, window);
        }
        window.free.acquire(inFlight);
        if (window.failures.get() != 0) {
            throw new IllegalStateException("calls that failed: " + window.failures.get() + " (expected: 0)");
        }
        return CALLS;
    }

    /** A place for each call in flight. */
    private static final class Window implements EchoStack.Lane {
        final Semaphore free;
        final AtomicInteger failures = new AtomicInteger();

        Window(int inFlight) {
            free = new Semaphore(inFlight);
        }

        @Override
        public void onAnswer(BytesValue answer) {
            free.release();
        }

        @Override
        public void onFailure(Throwable cause) {
            failures.incrementAndGet();
            free.release();
        }
    }

    /** Calls that are to be made, shared by the lanes. */
    private static final class Round implements EchoStack.Lane {
        final CompletableFuture<Integer> done = new CompletableFuture<>();
        private final EchoStack echo;
        private final BytesValue body;
        private final AtomicInteger toStart;
        private final AtomicInteger toEnd;

        Round(EchoStack echo, BytesValue body, int calls) {
            this.echo = echo;
            this.body = body;
            toStart = new AtomicInteger(calls);
            toEnd = new AtomicInteger(calls);
        }

        void next() {
            if (toStart.getAndDecrement() > 0) {
                echo.call(body, this);
            }
        }

        @Override
        public void onAnswer(BytesValue answer) {
            if (toEnd.decrementAndGet() == 0) {
                done.complete(answer.getValue().size());
            } else {
                next();
            }
        }

        @Override
        public void onFailure(Throwable cause) {
            done.completeExceptionally(cause);
        }
    }

    /** Stands in before the setup. */
    private static final class NoEcho implements EchoStack {
        @Override
        public void call(BytesValue body, Lane lane) {
            lane.onFailure(new IllegalStateException("no stack is open"));
        }

        @Override
        public void close() {}
    }
}
