package io.carillon.center.app;

import io.carillon.center.message.UserAnswer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** What this center answered to each app since it started, by status. Thread-safe. */
public final class AppCounters {
    // Bounded by the number of apps.
    private final ConcurrentMap<String, Counts> counts = new ConcurrentHashMap<>();

    /** Counts one request and the answers to its users. */
    public void onAnswered(String app, Iterable<UserAnswer> answers) {
        Counts ofApp = of(app);
        ofApp.requests.increment();
        answers.forEach(answer -> ofApp.of(answer.status()).increment());
    }

    /** Posts of the app that were answered whole. */
    public long requests(String app) {
        return of(app).requests.sum();
    }

    /** Messages of the app by what was answered for them. */
    public Map<UserAnswer.Status, Long> messages(String app) {
        Map<UserAnswer.Status, Long> sums = new EnumMap<>(UserAnswer.Status.class);
        Counts ofApp = of(app);
        for (UserAnswer.Status status : UserAnswer.Status.values()) {
            sums.put(status, ofApp.of(status).sum());
        }
        return sums;
    }

    private Counts of(String app) {
        return counts.computeIfAbsent(app, ignored -> new Counts());
    }

    private static final class Counts {
        final LongAdder requests = new LongAdder();
        private final ConcurrentMap<UserAnswer.Status, LongAdder> messages = new ConcurrentHashMap<>();

        LongAdder of(UserAnswer.Status status) {
            return messages.computeIfAbsent(status, ignored -> new LongAdder());
        }
    }
}
