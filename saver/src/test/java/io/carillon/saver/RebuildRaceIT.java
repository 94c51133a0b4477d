package io.carillon.saver;

import static io.carillon.saver.SaverFixture.loading;
import static io.carillon.saver.SaverFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.LoadResult;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.contract.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two savers that rebuild the same buckets of a Redis that lost everything, while messages and acks go on. */
@Tag("slow")
class RebuildRaceIT {
    private static final int USERS = 60;
    private static final int ROUNDS = 40;
    private static final int WIPED_AT = 20;
    /** An ack whose row may still stand when Redis loses it: the commit time-out, its grace, an interval, and work. */
    private static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(30);

    private TestRedis redis;
    private String schema;
    private SaverFixture one;
    private SaverFixture two;

    /** What one thread did for its users. */
    private static final class Log {
        final Map<String, List<String>> stored = new HashMap<>();
        /** When the call for it began: what began after the loss must hold. */
        final Map<String, Long> ackedNs = new HashMap<>();
    }

    @BeforeEach
    void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        SaverConfig config =
                SaverFixture.hastyConfig(redis.uri(), TestMySql.shared().url(schema));
        one = new SaverFixture("saver-1", List.of("saver-2"), request -> Stream.empty(), config);
        two = new SaverFixture("saver-2", List.of("saver-1"), request -> Stream.empty(), config);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        redis.close();
    }

    @Test
    void loseNothingAndBringNothingBackThatWasSettled() throws Exception {
        Set<String> settled = settleSome();
        AtomicInteger rounds = new AtomicInteger();
        long wipedNs;
        List<Log> logs = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Log> first = threads.submit(() -> work(one, two, 0, rounds));
            Future<Log> second = threads.submit(() -> work(two, one, 1, rounds));
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> rounds.get() >= WIPED_AT);
            redis.command(commands -> commands.flushall());
            wipedNs = System.nanoTime();
            logs.add(first.get(240, TimeUnit.SECONDS));
            logs.add(second.get(240, TimeUnit.SECONDS));
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> TestMySql.shared().count(schema, "SELECT COUNT(*) FROM stray") == 0);
        for (Log log : logs) {
            log.stored.forEach((user, texts) -> check(user, texts, log.ackedNs, settled, wipedNs));
        }
    }

    /** Acknowledged, and their rows deleted, before anything is lost. */
    private Set<String> settleSome() {
        Set<String> settled = new HashSet<>();
        for (int user = 0; user < USERS; user++) {
            PutResult result = one.put(message("user-" + user, "settled"));
            assertThat(result.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
            one.ack("user-" + user, result.getSeq());
            settled.add("settled");
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> TestMySql.shared().count(schema, "SELECT COUNT(*) FROM message") == 0);
        return settled;
    }

    /** Each user is written by one thread, through one saver, and acknowledged through the other. */
    private static Log work(SaverFixture writes, SaverFixture acknowledges, int part, AtomicInteger rounds) {
        Log log = new Log();
        for (int round = 0; round < ROUNDS; round++) {
            for (int user = part; user < USERS; user += 2) {
                String name = "user-" + user;
                String text = round + " of " + name;
                PutResult result = writes.put(message(name, text).setTtlMs(600_000));
                if (result.getStatus() == PutStatus.PUT_STATUS_STORED && result.getInMysql()) {
                    log.stored.computeIfAbsent(name, any -> new ArrayList<>()).add(text);
                }
                long ackNs = System.nanoTime();
                if (round % 3 == 0 && acknowledges.ack(name, result.getSeq())) {
                    log.ackedNs.put(text, ackNs);
                }
            }
            rounds.incrementAndGet();
        }
        return log;
    }

    private void check(String user, List<String> stored, Map<String, Long> ackedNs, Set<String> settled, long wipedNs) {
        LoadResult loaded = two.load(loading(user).setMessagesMax(500));
        assertThat(loaded.getLoaded()).isTrue();
        List<StoredMessage> messages = loaded.getMessagesList();
        List<String> texts = messages.stream()
                .map(message -> message.getPayload().toStringUtf8())
                .toList();
        assertThat(texts)
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(settled)
                .containsAll(stored.stream()
                        .filter(text -> !ackedNs.containsKey(text))
                        .toList());
        texts.stream().map(ackedNs::get).filter(java.util.Objects::nonNull).forEach(at -> assertThat(wipedNs - at)
                .as("only acks of the last seconds before the loss come back")
                .isBetween(0L, WINDOW_NS));
        assertThat(messages).isSortedAccordingTo(Comparator.comparingLong(StoredMessage::getSeq));
        List<String> inTime = messages.stream()
                .filter(message -> !message.getLate())
                .map(message -> message.getPayload().toStringUtf8())
                .toList();
        assertThat(inTime)
                .isSortedAccordingTo(
                        Comparator.comparingInt(text -> Integer.parseInt(text.substring(0, text.indexOf(' ')))));
    }
}
