package io.carillon.saver.ledger;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.LedgerRecord;
import io.carillon.contract.LedgerRequest;
import io.carillon.contract.LedgerResponse;
import io.carillon.contract.MessageEvent;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.contract.ScheduledEntry;
import io.carillon.contract.ScheduledPost;
import io.carillon.saver.broadcast.BroadcastEvents;
import io.carillon.saver.fate.FateEvents;
import io.carillon.saver.layout.Fate;
import io.carillon.saver.layout.FateRecord;
import io.carillon.saver.mailbox.MessageEvents;
import io.carillon.saver.schedule.ScheduleEvents;
import io.carillon.saver.schedule.ScheduledMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this saver saw of messages: a record when it accepted one and one when it ended, in local segment files. They are
 * buffered: a killed process loses the last second of them, and no message with it.
 *
 * <p>Records come through a bounded queue to one thread; where it is full they are dropped and counted. Files are guarded
 * by this object's lock.
 */
public final class Ledger implements MessageEvents, FateEvents, ScheduleEvents, BroadcastEvents, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);
    private static final String SUFFIX = ".ledger";
    private static final long FLUSH_MS = 1000;

    private final LedgerConfig config;
    private final Path directory;
    private final String self;
    private final Clock clock;
    private final ArrayBlockingQueue<LedgerRecord> queue;
    private final AtomicLong dropped = new AtomicLong();
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("ledger").unstarted(this::run);
    private volatile boolean closed;

    /** @param self this saver's name, for the events */
    public Ledger(LedgerConfig config, Path directory, String self, Clock clock) {
        this.config = config;
        this.directory = directory;
        this.self = self;
        this.clock = clock;
        queue = new ArrayBlockingQueue<>(config.queueMax());
    }

    /** Reads what is there, and begins to write. */
    public void start() throws IOException {
        Files.createDirectories(directory);
        synchronized (this) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX))
                        .sorted()
                        .toList()) {
                    segments.add(Segment.open(file));
                }
            }
        }
        thread.start();
    }

    /** Records that were lost because the queue was full. */
    public long dropped() {
        return dropped.get();
    }

    @Override
    public void onAccepted(PutEntry entry, PutResult result, String center) {
        if (result.getStatus() != PutStatus.PUT_STATUS_STORED || result.getSettled() || result.getDuplicate()) {
            return;
        }
        String copies = result.getInRedis() ? (result.getInMysql() ? "redis,mysql" : "redis") : "mysql";
        add(LedgerRecord.newBuilder()
                .setMessageId(entry.getMessageId())
                .setRequestId(entry.getRequestId())
                .setApp(entry.getApp())
                .setUser(entry.getUser())
                .setSeq(result.getSeq())
                .addEvents(event(entry.getAcceptedAtMs(), "accepted", center, ""))
                .addEvents(event(result.getStoredAtMs(), "stored", self, copies))
                .build());
    }

    @Override
    public void onAcked(String app, String user, byte[] messageId, Ack ack, String room) {
        LedgerRecord.Builder record = LedgerRecord.newBuilder()
                .setMessageId(ByteString.copyFrom(messageId))
                .setApp(app)
                .setUser(user)
                .setSeq(ack.getSeq())
                .setState(Fate.ACKED.label());
        if (ack.getWrittenAtMs() > 0) {
            record.addEvents(event(ack.getWrittenAtMs(), "written", room, ""));
        }
        long at = ack.getAckedAtMs() > 0 ? ack.getAckedAtMs() : clock.millis();
        add(record.addEvents(event(at, "acked", room, "")).build());
    }

    @Override
    public void onFate(FateRecord fate) {
        String reason = fate.fate() == Fate.REFUSED ? "code " + fate.detail() : "";
        add(LedgerRecord.newBuilder()
                .setMessageId(ByteString.copyFrom(fate.messageId()))
                .setApp(fate.user().getApp())
                .setUser(fate.user().getUser())
                .setSeq(fate.seq())
                .setState(fate.fate().label())
                .addEvents(event(fate.atMs(), fate.fate().label(), self, reason))
                .build());
    }

    /** Of QoS 0 nothing is told once it is sent: so that nothing is told of how it came to be sent, either. */
    @Override
    public void onScheduled(ScheduledPost post, long atMs) {
        String sendAt = Instant.ofEpochMilli(post.getSendAtMs()).toString();
        for (ScheduledEntry entry : post.getEntriesList()) {
            if (!entry.getQos0()) {
                add(LedgerRecord.newBuilder()
                        .setMessageId(entry.getMessageId())
                        .setRequestId(post.getRequestId())
                        .setApp(post.getApp())
                        .setUser(entry.getUser())
                        .addEvents(event(atMs, "scheduled", self, sendAt))
                        .build());
            }
        }
    }

    @Override
    public void onRecalled(ScheduledMessage message, long atMs) {
        add(LedgerRecord.newBuilder()
                .setMessageId(message.messageId())
                .setRequestId(message.requestId())
                .setApp(message.app())
                .setUser(message.user())
                .setState(Fate.RECALLED.label())
                .addEvents(event(atMs, Fate.RECALLED.label(), self, ""))
                .build());
    }

    private static MessageEvent event(long atMs, String type, String node, String reason) {
        return MessageEvent.newBuilder()
                .setAtMs(atMs)
                .setType(type)
                .setNode(node)
                .setReason(reason)
                .build();
    }

    /** Users are sampled where they are, by the rooms: here all is kept. */
    @Override
    public void onSteps(List<BroadcastStep> steps) {
        for (BroadcastStep step : steps) {
            String node = step.getNode().isEmpty() ? self : step.getNode();
            offer(LedgerRecord.newBuilder()
                    .setMessageId(step.getBroadcast())
                    .setApp(step.getApp())
                    .setUser(step.getUser())
                    .setBroadcast(true)
                    .addEvents(event(step.getAtMs(), step.getType(), node, step.getReason()))
                    .build());
        }
    }

    private void add(LedgerRecord record) {
        if (Math.floorMod(Segment.hash(record.getMessageId()), config.sampledOneIn()) == 0) {
            offer(record);
        }
    }

    private void offer(LedgerRecord record) {
        if (!queue.offer(record)) {
            dropped.incrementAndGet();
        }
    }

    /** This saver's own records. Reads files: not on an event loop. */
    public synchronized LedgerResponse find(LedgerRequest request) {
        drainQueue();
        if (!request.getBroadcastId().isEmpty()) {
            BroadcastPage page = new BroadcastPage(request);
            boolean whole = read(Set.of(Segment.hash(request.getBroadcastId())), page);
            return LedgerResponse.newBuilder()
                    .addAllRecords(page.records())
                    .setIncomplete(!whole)
                    .build();
        }
        Set<Long> wanted = new HashSet<>();
        request.getMessageIdsList().forEach(id -> wanted.add(Segment.hash(id)));
        if (!request.getRequestId().isEmpty()) {
            wanted.add(Segment.hash(request.getRequestId()));
        }
        List<LedgerRecord> found = new ArrayList<>();
        LedgerResponse.Builder response = LedgerResponse.newBuilder().setIncomplete(!read(wanted, found::add));
        Set<ByteString> ids = new HashSet<>(request.getMessageIdsList());
        for (LedgerRecord record : found) {
            if (record.getBroadcast()) {
                continue;
            }
            if (ids.contains(record.getMessageId())
                    || (!request.getRequestId().isEmpty()
                            && record.getRequestId().equals(request.getRequestId()))) {
                response.addRecords(record);
            }
        }
        return response.build();
    }

    /** False where some could not be read. */
    private synchronized boolean read(Set<Long> wanted, Consumer<LedgerRecord> into) {
        boolean whole = true;
        for (Segment segment : segments) {
            try {
                segment.find(wanted, into);
            } catch (IOException e) {
                log.warn("ledger not read segment={}", segment.path(), e);
                whole = false;
            }
        }
        return whole;
    }

    private void run() {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(FLUSH_MS / 10);
                drainQueue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                log.error("ledger failed", e);
            }
        }
    }

    /** Writes what waits. Writes files: not on an event loop. */
    public void flush() {
        drainQueue();
    }

    private synchronized void drainQueue() {
        try {
            LedgerRecord record = queue.poll();
            while (record != null) {
                current().append(record);
                record = queue.poll();
            }
            if (!segments.isEmpty()) {
                segments.getLast().flush();
            }
        } catch (IOException e) {
            log.warn("ledger not written", e);
        }
    }

    private Segment current() throws IOException {
        if (segments.isEmpty()
                || segments.getLast().bytes() >= config.segmentBytes().bytes()) {
            long number = segments.isEmpty() ? 1 : number(segments.getLast()) + 1;
            segments.add(
                    Segment.open(directory.resolve(String.format(java.util.Locale.ROOT, "%012d%s", number, SUFFIX))));
            removeOld();
        }
        return segments.getLast();
    }

    private static long number(Segment segment) {
        String name = String.valueOf(segment.path().getFileName());
        return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    }

    private void removeOld() throws IOException {
        long oldestMs = clock.millis() - config.keep().toMillis();
        while (segments.size() > 1
                && (segments.size() > config.segmentsMax()
                        || Files.getLastModifiedTime(segments.getFirst().path()).toMillis() < oldestMs)) {
            segments.removeFirst().delete();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        drainQueue();
        synchronized (this) {
            for (Segment segment : segments) {
                try {
                    segment.close();
                } catch (IOException e) {
                    log.warn("ledger not closed", e);
                }
            }
            segments.clear();
        }
    }
}
