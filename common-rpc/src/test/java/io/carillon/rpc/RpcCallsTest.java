package io.carillon.rpc;

import static io.carillon.rpc.Fixture.BYTES;
import static io.carillon.rpc.Fixture.CONFIG;
import static io.carillon.rpc.Fixture.ECHO;
import static io.carillon.rpc.Fixture.LONG;
import static io.carillon.rpc.Fixture.SLOW;
import static io.carillon.rpc.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import com.google.protobuf.StringValue;
import com.google.protobuf.UnknownFieldSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Leaks.class)
class RpcCallsTest {
    /** A deadline that passes while a test looks on, and leaves even a busy machine the time to send the request before. */
    private static final Duration SENT_FIRST = Duration.ofSeconds(3);

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void answersComeOutOfOrder() throws Exception {
        Map<String, CompletableFuture<StringValue>> held = new ConcurrentHashMap<>();
        RpcServer server = fixture.bind(fixture.serverBuilder(CONFIG)
                .handle(
                        SLOW,
                        (request, call) -> held.computeIfAbsent(request.getValue(), k -> new CompletableFuture<>())));
        RpcPeer peer = fixture.connect(server);
        List<CompletableFuture<StringValue>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(peer.call(SLOW, text("q" + i), LONG));
        }
        await().until(() -> held.size() == 100);
        for (int i = 99; i >= 0; i--) {
            Objects.requireNonNull(held.get("q" + i)).complete(text("a" + i));
            assertThat(calls.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(text("a" + i));
        }
        assertThat(peer.inFlight()).isZero();
    }

    @Test
    void aSlowHandlerDelaysNoOtherCall() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            RpcServer server = fixture.bind(fixture.serverBuilder(CONFIG).handle(SLOW, executor, (request, call) -> {
                awaitQuietly(release);
                return CompletableFuture.completedFuture(request);
            }));
            RpcPeer peer = fixture.connect(server);
            CompletableFuture<StringValue> slow = peer.call(SLOW, text("slow"), LONG);
            for (int i = 0; i < 1000; i++) {
                assertThat(peer.call(ECHO, text("x" + i), LONG).get(60, TimeUnit.SECONDS))
                        .isEqualTo(text("x" + i));
            }
            assertThat(slow).isNotDone();
            release.countDown();
            assertThat(slow.get(60, TimeUnit.SECONDS)).isEqualTo(text("slow"));
        }
    }

    @Test
    void bodiesOfAllSizesComeWhole() throws Exception {
        RpcPeer peer = fixture.connect(fixture.bind(fixture.serverBuilder(CONFIG)));
        Random random = new Random(7);
        List<BytesValue> bodies = new ArrayList<>();
        for (int size : new int[] {0, 1, 127, 128, 4096, 32_768, 65_536, 1 << 20, 5 << 20}) {
            byte[] body = new byte[size];
            random.nextBytes(body);
            bodies.add(BytesValue.of(ByteString.copyFrom(body)));
        }
        for (int i = 0; i < 300; i++) {
            byte[] body = new byte[random.nextInt(20_000)];
            random.nextBytes(body);
            bodies.add(BytesValue.of(ByteString.copyFrom(body)));
        }
        List<CompletableFuture<BytesValue>> calls = new ArrayList<>();
        bodies.forEach(body -> calls.add(peer.call(BYTES, body, LONG)));
        for (int i = 0; i < bodies.size(); i++) {
            assertThat(calls.get(i).get(60, TimeUnit.SECONDS).equals(bodies.get(i)))
                    .as("body %d", i)
                    .isTrue();
        }
    }

    @Test
    void manyThreadsCallAtOnce() throws Exception {
        RpcPeer peer = fixture.connect(
                fixture.client(CONFIG.withConnectionsPerPeer(3)), fixture.bind(fixture.serverBuilder(CONFIG)));
        AtomicInteger wrong = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int t = 0; t < 8; t++) {
                int thread = t;
                threads.execute(() -> {
                    for (int i = 0; i < 2000; i++) {
                        StringValue body = text(thread + "/" + i);
                        if (!peer.call(ECHO, body, LONG).join().equals(body)) {
                            wrong.incrementAndGet();
                        }
                    }
                });
            }
        }
        assertThat(wrong).hasValue(0);
        assertThat(peer.inFlight()).isZero();
    }

    @Test
    void aCallFailsAtItsDeadline() throws Exception {
        RpcServer server =
                fixture.bind(fixture.serverBuilder(CONFIG).handle(SLOW, (request, call) -> new CompletableFuture<>()));
        RpcPeer peer = fixture.connect(server);
        long start = System.nanoTime();
        RpcException end = Fixture.endOf(peer.call(SLOW, text("x"), SENT_FIRST));
        assertThat(end.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        assertThat(end.notExecuted()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(SENT_FIRST.minusMillis(1));
        assertThat(peer.inFlight()).isZero();
        assertThat(Fixture.endOf(peer.call(SLOW, text("x"), Duration.ZERO)).notExecuted())
                .isTrue();
    }

    @Test
    void aRequestThatExpiredInTheQueueIsNotExecuted() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<String> executed = new CopyOnWriteArrayList<>();
        Counting observer = new Counting();
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            RpcServer server = fixture.bind(
                    fixture.serverBuilder(CONFIG).observer(observer).handle(SLOW, executor, (request, call) -> {
                        executed.add(request.getValue());
                        awaitQuietly(release);
                        return CompletableFuture.completedFuture(request);
                    }));
            RpcPeer peer = fixture.connect(server);
            CompletableFuture<StringValue> first = peer.call(SLOW, text("first"), LONG);
            List<CompletableFuture<StringValue>> expired = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                expired.add(peer.call(SLOW, text("late" + i), SENT_FIRST));
            }
            expired.forEach(call -> Fixture.assertEnds(call, RpcStatus.DEADLINE_EXCEEDED));
            release.countDown();
            assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(text("first"));
            await().untilAsserted(() -> assertThat(observer.expired).hasValue(50));
            assertThat(executed).containsExactly("first");
        }
    }

    @Test
    void beyondTheCallsInFlightTheAnswerIsOverloadedAtOnce() throws Exception {
        RpcServer server =
                fixture.bind(fixture.serverBuilder(CONFIG).handle(SLOW, (request, call) -> new CompletableFuture<>()));
        RpcPeer peer = fixture.connect(fixture.client(CONFIG.withInFlight(10, 64 << 20, 10)), server);
        for (int i = 0; i < 10; i++) {
            assertThat(peer.call(SLOW, text("x"), LONG)).isNotDone();
        }
        CompletableFuture<StringValue> refused = peer.call(ECHO, text("x"), LONG);
        assertThat(refused).isCompletedExceptionally();
        assertThat(Fixture.endOf(refused)).satisfies(end -> {
            assertThat(end.status()).isEqualTo(RpcStatus.OVERLOADED);
            assertThat(end.notExecuted()).isTrue();
        });
        assertThat(peer.inFlight()).isEqualTo(10);
    }

    @Test
    void aMethodAloneDoesNotFillTheConnection() throws Exception {
        RpcServer server = fixture.bind(fixture.serverBuilder(CONFIG.withInFlight(100, 64 << 20, 5))
                .handle(SLOW, (request, call) -> new CompletableFuture<>()));
        RpcPeer peer = fixture.connect(server);
        List<CompletableFuture<StringValue>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(peer.call(SLOW, text("x"), LONG));
        }
        // It is the server that refuses: the caller's own bound is higher.
        await().untilAsserted(() ->
                assertThat(calls.stream().filter(CompletableFuture::isDone)).hasSize(15));
        calls.stream()
                .filter(CompletableFuture::isDone)
                .forEach(call -> Fixture.assertEnds(call, RpcStatus.OVERLOADED));
        assertThat(peer.call(ECHO, text("y"), LONG).get(60, TimeUnit.SECONDS)).isEqualTo(text("y"));
    }

    @Test
    void bytesInFlightAreBounded() throws Exception {
        RpcMethod<BytesValue, BytesValue> sink =
                new RpcMethod<>(3, "test.sink", BytesValue.parser(), BytesValue.parser(), false);
        RpcServer server =
                fixture.bind(fixture.serverBuilder(CONFIG).handle(sink, (request, call) -> new CompletableFuture<>()));
        RpcConfig narrow = CONFIG.withFrameBytesMax(1 << 20).withInFlight(1000, 1 << 20, 1000);
        RpcPeer peer = fixture.connect(fixture.client(narrow), server);
        int admitted = 0;
        CompletableFuture<BytesValue> call = peer.call(sink, Fixture.bytes(100_000), LONG);
        while (!call.isDone()) {
            admitted++;
            call = peer.call(sink, Fixture.bytes(100_000), LONG);
        }
        assertThat(admitted).isEqualTo(10);
        Fixture.assertEnds(call, RpcStatus.OVERLOADED);
        Fixture.assertEnds(peer.call(sink, Fixture.bytes(2 << 20), LONG), RpcStatus.MALFORMED);
    }

    @Test
    void aFullExecutorIsOverloaded() throws Exception {
        RpcServer server = fixture.bind(fixture.serverBuilder(CONFIG)
                .handle(
                        SLOW,
                        task -> {
                            throw new RejectedExecutionException("full");
                        },
                        (request, call) -> CompletableFuture.completedFuture(request)));
        RpcException end = Fixture.endOf(fixture.connect(server).call(SLOW, text("x"), LONG));
        assertThat(end.status()).isEqualTo(RpcStatus.OVERLOADED);
        assertThat(end.notExecuted()).isTrue();
    }

    @Test
    void failuresOfHandlersReachTheCaller() throws Exception {
        RpcServer server =
                fixture.bind(fixture.serverBuilder(CONFIG).handle(SLOW, (request, call) -> switch (request.getValue()) {
                    case "throw" -> throw new IllegalStateException("broken store");
                    case "stage" -> CompletableFuture.failedFuture(new IllegalStateException("broken later"));
                    case "rpc" -> CompletableFuture.failedFuture(new RpcException(RpcStatus.STOPPING, "elsewhere"));
                    default ->
                        CompletableFuture.completedFuture(text(call.caller().name()));
                }));
        RpcPeer peer = fixture.connect(server);
        assertThat(Fixture.endOf(peer.call(SLOW, text("throw"), LONG)))
                .hasMessageContaining("broken store")
                .satisfies(end -> assertThat(end.status()).isEqualTo(RpcStatus.FAILED));
        assertThat(Fixture.endOf(peer.call(SLOW, text("stage"), LONG))).hasMessageContaining("broken later");
        assertThat(Fixture.endOf(peer.call(SLOW, text("rpc"), LONG)).status()).isEqualTo(RpcStatus.STOPPING);
        assertThat(peer.call(SLOW, text(""), LONG).get(60, TimeUnit.SECONDS)).isEqualTo(text("center-1"));
    }

    @Test
    void anUnknownMethodAndAMalformedBodyAreSaidSo() throws Exception {
        RpcPeer peer = fixture.connect(fixture.bind(fixture.serverBuilder(CONFIG)));
        Fixture.assertEnds(peer.call(SLOW, text("x"), LONG), RpcStatus.NO_SUCH_METHOD);
        // A tag of wire type 7 under ECHO's id.
        RpcMethod<Empty, StringValue> wrong =
                new RpcMethod<>(1, "test.wrong", Empty.parser(), StringValue.parser(), true);
        Empty odd = Empty.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                1,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFrom(new byte[] {(byte) 0xFF, (byte) 0xFE}))
                                        .build())
                        .build())
                .build();
        RpcException end = Fixture.endOf(peer.call(wrong, odd, LONG));
        assertThat(end.status()).isEqualTo(RpcStatus.MALFORMED);
        assertThat(end.notExecuted()).isTrue();
        assertThat(peer.call(ECHO, text("still"), LONG).get(60, TimeUnit.SECONDS))
                .isEqualTo(text("still"));
    }

    @Test
    void aMethodIsHandledOnce() {
        RpcServer.Builder builder = fixture.serverBuilder(CONFIG);
        assertThatThrownBy(() -> builder.handle(ECHO, (request, call) -> CompletableFuture.completedFuture(request)))
                .hasMessageContaining("handled twice");
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(120, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Counts what a test asks about. */
    private static final class Counting implements RpcObserver {
        final AtomicInteger expired = new AtomicInteger();

        @Override
        public void onRequestFinished(RpcMethod<?, ?> method, @Nullable RpcStatus status, long elapsedNs) {
            if (status == RpcStatus.DEADLINE_EXCEEDED) {
                expired.incrementAndGet();
            }
        }
    }
}
