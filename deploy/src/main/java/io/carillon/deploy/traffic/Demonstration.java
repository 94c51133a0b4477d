package io.carillon.deploy.traffic;

import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.traffic.UnicastSender.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/**
 * The main job, shown and counted: devices connect, as many messages go to them, and as many again to further users whose
 * devices connect only afterwards. Every message must arrive at its listener exactly once.
 */
public final class Demonstration {
    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(1);
    private static final Duration ARRIVE_LIMIT = Duration.ofMinutes(1);
    /** After the last arrival, for a second copy to show itself. */
    private static final long SETTLE_MS = 1_500;

    private static final long POLL_MS = 10;
    private static final int CONNECTING_STEP = 16;

    private final Devices devices;
    private final Deliveries deliveries;
    private final UnicastSender sender;
    private final Progress progress;
    private final String prefix;
    private final int count;

    /**
     * @param deliveries gets the events of {@code devices}
     * @param prefix of the users' names, unique to this demonstration
     * @param count devices of either kind
     */
    public Demonstration(
            Devices devices, Deliveries deliveries, UnicastSender sender, Progress progress, String prefix, int count) {
        this.devices = devices;
        this.deliveries = deliveries;
        this.sender = sender;
        this.progress = progress;
        this.prefix = prefix;
        this.count = count;
    }

    /**
     * The figures.
     *
     * @param exactlyOnce messages that arrived once
     * @param missing message ids that never arrived
     * @param doubled message ids that arrived more than once
     * @param refused requests that were not answered 200 stored, as complaints
     * @param online HTTP request to listener
     * @param later CONNECTED to listener, for the messages that were stored before
     */
    public record Figures(
            int sent,
            int exactlyOnce,
            List<String> missing,
            List<String> doubled,
            List<String> refused,
            Latencies online,
            Latencies later,
            Map<String, Integer> rooms,
            String example) {
        public boolean everyMessageArrivedOnce() {
            return exactlyOnce == sent && sent > 0;
        }
    }

    public Figures run() throws InterruptedException {
        List<String> here = users("now");
        List<String> away = users("later");

        long startedNs = System.nanoTime();
        connect(here, count);
        progress.step("%,d devices connected through the dispatcher in %s: %s"
                .formatted(deliveries.connected(), seconds(startedNs), rooms()));

        startedNs = System.nanoTime();
        List<Sent> sent = new ArrayList<>(send(here));
        sent.addAll(send(away));
        progress.step(
                "%,d messages sent over HTTP in %s, one user a request".formatted(sent.size(), seconds(startedNs)));
        await(deliveries::arrived, promised(sent.subList(0, count)), ARRIVE_LIMIT, "messages arrived");

        startedNs = System.nanoTime();
        connect(away, 2 * count);
        progress.step(
                "%,d further devices connected in %s".formatted(deliveries.connected() - count, seconds(startedNs)));
        await(deliveries::arrived, promised(sent), ARRIVE_LIMIT, "messages arrived");
        Thread.sleep(SETTLE_MS);
        return figures(sent);
    }

    /** A few at a time: all of them share this process, and what a device waits for its own kind is not the fleet's. */
    private void connect(List<String> users, int connectedThen) throws InterruptedException {
        int before = connectedThen - users.size();
        for (int from = 0; from < users.size(); from += CONNECTING_STEP) {
            int to = Math.min(users.size(), from + CONNECTING_STEP);
            devices.connect(users.subList(from, to));
            await(deliveries::connected, before + to - CONNECTING_STEP, CONNECT_LIMIT, "devices connected");
        }
        await(deliveries::connected, connectedThen, CONNECT_LIMIT, "devices connected");
    }

    private List<String> users(String kind) {
        return IntStream.range(0, count)
                .mapToObj(i -> prefix + "-" + kind + "-" + i)
                .toList();
    }

    private List<Sent> send(List<String> users) throws InterruptedException {
        List<CompletableFuture<Sent>> pending = new ArrayList<>();
        for (String user : users) {
            pending.add(sender.send(user, "hello " + user));
            progress.counting("sending: %,d of %,d".formatted(pending.size(), users.size()));
        }
        return pending.stream().map(CompletableFuture::join).toList();
    }

    private Figures figures(List<Sent> sent) {
        Latencies online = new Latencies();
        Latencies later = new Latencies();
        List<String> missing = new ArrayList<>();
        List<String> doubled = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        int exactlyOnce = 0;
        for (int i = 0; i < sent.size(); i++) {
            Sent message = sent.get(i);
            if (!message.promised()) {
                refused.add(message.user() + ": " + message.answer());
                continue;
            }
            switch (deliveries.times(message.messageId())) {
                case 0 -> missing.add(message.messageId());
                case 1 -> exactlyOnce++;
                default -> doubled.add(message.messageId());
            }
            Latencies kind = i < count ? online : later;
            long fromNs = i < count
                    ? message.startedNs()
                    : deliveries.connectedNs(message.user()).orElse(0);
            deliveries.firstNs(message.messageId()).ifPresent(atNs -> kind.record(atNs - fromNs));
        }
        return new Figures(
                sent.size(),
                exactlyOnce,
                Collections.unmodifiableList(missing),
                Collections.unmodifiableList(doubled),
                Collections.unmodifiableList(refused),
                online,
                later,
                deliveries.rooms(),
                sent.isEmpty() ? "" : sent.getFirst().messageId());
    }

    private static int promised(List<Sent> sent) {
        return (int) sent.stream().filter(Sent::promised).count();
    }

    private void await(IntSupplier reached, int wanted, Duration limit, String what) throws InterruptedException {
        long startedNs = System.nanoTime();
        BooleanSupplier late = () -> System.nanoTime() - startedNs > limit.toNanos();
        while (reached.getAsInt() < wanted) {
            progress.counting("%s: %,d of %,d".formatted(what, reached.getAsInt(), wanted));
            if (late.getAsBoolean()) {
                progress.step("%s: only %,d of %,d within %d s"
                        .formatted(what, reached.getAsInt(), wanted, limit.toSeconds()));
                return;
            }
            Thread.sleep(POLL_MS);
        }
    }

    private String rooms() {
        return deliveries.rooms().entrySet().stream()
                .map(room -> "%s %,d".formatted(room.getKey(), room.getValue()))
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
    }

    private static String seconds(long startedNs) {
        return "%.1f s".formatted((System.nanoTime() - startedNs) / 1e9);
    }
}
