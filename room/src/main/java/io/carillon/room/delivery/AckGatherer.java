package io.carillon.room.delivery;

import io.carillon.contract.AckEntry;
import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.room.loop.Backoff;
import io.carillon.room.loop.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The acks of one loop, gathered into batches, one of them under way at a time. Event-loop confined.
 *
 * <p>Acks stay in their binding's log until saver has confirmed them, be it here or with a load; a batch that fails is
 * sent again. Applying an ack twice does no harm. What dies with this process is delivered again and dropped by the
 * SDK.
 */
final class AckGatherer {
    private static final Logger log = LoggerFactory.getLogger(AckGatherer.class);

    private final Loop loop;
    private final DeliveryLimits limits;
    private final Mailboxes mailboxes;
    private final String room;
    private final Backoff backoff;
    private final ArrayDeque<Binding> queue = new ArrayDeque<>();
    private boolean scheduled;
    private boolean underWay;

    AckGatherer(Loop loop, DeliveryLimits limits, Mailboxes mailboxes, String room, LongUnaryOperator randomBelow) {
        this.loop = loop;
        this.limits = limits;
        this.mailboxes = mailboxes;
        this.room = room;
        this.backoff =
                new Backoff(limits.retryFirst().toNanos(), limits.retryMax().toNanos(), randomBelow);
    }

    void add(Binding binding) {
        if (!binding.queuedForAcks) {
            binding.queuedForAcks = true;
            queue.add(binding);
        }
        schedule(limits.ackDelay().toNanos());
    }

    private void schedule(long delayNs) {
        if (!scheduled && !underWay && !queue.isEmpty()) {
            scheduled = true;
            loop.after(delayNs, this::send);
        }
    }

    private void send() {
        scheduled = false;
        AckRequest.Builder request = AckRequest.newBuilder().setRoom(room);
        List<Binding> sent = new ArrayList<>();
        long[] positions = new long[Math.min(queue.size(), limits.ackEntriesMax())];
        while (sent.size() < limits.ackEntriesMax()) {
            Binding binding = queue.poll();
            if (binding == null) {
                break;
            }
            binding.queuedForAcks = false;
            if (binding.unconfirmedAcks() > 0) {
                AckEntry.Builder entry = AckEntry.newBuilder()
                        .setApp(binding.session().app())
                        .setUser(binding.session().user());
                binding.addAcks(entry::addAcks);
                request.addEntries(entry.build());
                binding.acksUnderWay = true;
                positions[sent.size()] = binding.acksEnd();
                sent.add(binding);
            }
        }
        if (!sent.isEmpty()) {
            underWay = true;
            mailboxes
                    .ack(request.build(), limits.callTimeout())
                    .whenComplete((answer, failure) -> loop.execute(() -> onAnswer(sent, positions, answer, failure)));
        }
    }

    private void onAnswer(
            List<Binding> sent, long[] positions, @Nullable AckResponse answer, @Nullable Throwable failure) {
        underWay = false;
        AckResponse complete = answer != null && answer.getAppliedCount() == sent.size() ? answer : null;
        int unapplied = 0;
        for (int i = 0; i < sent.size(); i++) {
            Binding binding = sent.get(i);
            binding.acksUnderWay = false;
            boolean applied = complete != null && complete.getApplied(i);
            binding.confirmAcks(applied ? positions[i] : 0);
            if (binding.unconfirmedAcks() > 0 && !binding.queuedForAcks) {
                binding.queuedForAcks = true;
                queue.add(binding);
            }
            unapplied += applied ? 0 : 1;
        }
        if (unapplied == 0) {
            backoff.succeeded();
            // What waits for a whole batch need not wait longer.
            schedule(
                    queue.size() >= limits.ackEntriesMax()
                            ? 0
                            : limits.ackDelay().toNanos());
        } else {
            log.debug("acks not applied users={} cause={}", unapplied, String.valueOf(failure));
            schedule(backoff.failed());
        }
    }
}
