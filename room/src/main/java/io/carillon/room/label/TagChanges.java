package io.carillon.room.label;

import io.carillon.contract.DeliverEntry;
import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.UserKey;
import io.carillon.protocol.client.Tags;
import io.carillon.room.delivery.Binding;
import io.carillon.room.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The tags that the clients of one loop change, on their way to saver. Event-loop confined.
 *
 * <p>The changes of a binding are merged while they wait, the last word on a tag holds, and one is under way at a time:
 * they take effect in their order, however fast a client sends. What saver did not answer is repeated each second for
 * half a minute. When it is done, the binding loads its tags.
 *
 * <p>Bounds: 2,000 bindings wait, each with 100 tags to add and 100 to remove; 16 calls under way. What goes beyond is
 * dropped and counted.
 */
public final class TagChanges {
    private static final int WAITING_MAX = 2_000;
    private static final int UNDER_WAY_MAX = 16;
    private static final int TAGS_MAX = 100;
    private static final int TAG_BYTES_MAX = 64;
    private static final long GATHER_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long KEEP_NS = TimeUnit.SECONDS.toNanos(30);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);

    private final Loop loop;
    private final Labels labels;
    /** Oldest first. */
    private final Map<Binding, Change> waiting = new LinkedHashMap<>();

    private final Set<Binding> underWay = new HashSet<>();
    private boolean sendScheduled;

    /** @param wanted by tag: to have it or not to */
    private record Change(Map<String, Boolean> wanted, int frames, long sinceNs) {
        /** This, and then the other. */
        Change then(Change other) {
            Map<String, Boolean> both = new LinkedHashMap<>(wanted);
            both.putAll(other.wanted);
            return new Change(both, frames + other.frames, sinceNs);
        }

        boolean fits() {
            int added = tags(true).size();
            return added <= TAGS_MAX && wanted.size() - added <= TAGS_MAX;
        }

        List<String> tags(boolean add) {
            return wanted.entrySet().stream()
                    .filter(tag -> tag.getValue() == add)
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    public TagChanges(Loop loop, Labels labels) {
        this.loop = loop;
        this.labels = labels;
    }

    /** Takes a frame of the binding's client. A tag that is both to be added and removed is added. */
    public void add(Binding binding, Tags tags) {
        assert loop.inLoop();
        if (!labels.clientsMayTag(binding.session().app())) {
            labels.onOutcome(TagsOutcome.NOT_ALLOWED, 1);
            return;
        }
        Map<String, Boolean> wanted = new LinkedHashMap<>();
        tags.getRemoveList().forEach(tag -> wanted.put(tag, false));
        tags.getAddList().forEach(tag -> wanted.put(tag, true));
        Change change = new Change(wanted, 1, loop.nowNs());
        if (wanted.isEmpty() || !change.fits() || !wanted.keySet().stream().allMatch(TagChanges::canBe)) {
            labels.onOutcome(TagsOutcome.NOT_VALID, 1);
            return;
        }
        Change before = waiting.get(binding);
        Change all = before == null ? change : before.then(change);
        if (!all.fits() || (before == null && waiting.size() >= WAITING_MAX)) {
            labels.onOutcome(TagsOutcome.LOST, 1);
            return;
        }
        waiting.put(binding, all);
        schedule(GATHER_NS);
    }

    private static boolean canBe(String tag) {
        int bytes = tag.getBytes(StandardCharsets.UTF_8).length;
        return bytes >= 1 && bytes <= TAG_BYTES_MAX;
    }

    private void schedule(long delayNs) {
        if (!sendScheduled && !waiting.isEmpty()) {
            sendScheduled = true;
            loop.after(delayNs, this::send);
        }
    }

    private void send() {
        sendScheduled = false;
        List<Binding> next = new ArrayList<>();
        for (Binding binding : waiting.keySet()) {
            if (underWay.size() + next.size() >= UNDER_WAY_MAX) {
                break;
            }
            if (!underWay.contains(binding)) {
                next.add(binding);
            }
        }
        for (Binding binding : next) {
            Change change = waiting.remove(binding);
            if (change != null) {
                send(binding, change);
            }
        }
    }

    private void send(Binding binding, Change change) {
        underWay.add(binding);
        LabelsChangeRequest request = LabelsChangeRequest.newBuilder()
                .setUser(UserKey.newBuilder()
                        .setApp(binding.session().app())
                        .setUser(binding.session().user()))
                .setKind(LabelKind.LABEL_KIND_TAG)
                .addAllAdd(change.tags(true))
                .addAllRemove(change.tags(false))
                .build();
        labels.change(request, CALL_TIMEOUT)
                .whenComplete((answer, failure) -> loop.execute(() -> onAnswer(binding, change, answer)));
    }

    private void onAnswer(Binding binding, Change change, @Nullable LabelsChangeResponse answer) {
        underWay.remove(binding);
        if (answer == null) {
            onNoAnswer(binding, change);
            return;
        }
        if (answer.getError().isEmpty()) {
            labels.onOutcome(TagsOutcome.CHANGED, change.frames);
            binding.deliver(DeliverEntry.newBuilder()
                    .setApp(binding.session().app())
                    .setUser(binding.session().user())
                    .setHint(true)
                    .setTagsVersion(answer.getTagsVersion())
                    .build());
        } else {
            labels.onOutcome(TagsOutcome.REFUSED, change.frames);
        }
        schedule(GATHER_NS);
    }

    private void onNoAnswer(Binding binding, Change change) {
        Change after = waiting.remove(binding);
        Change all = after == null ? change : change.then(after);
        if (loop.nowNs() - change.sinceNs < KEEP_NS && all.fits()) {
            waiting.put(binding, all);
        } else {
            labels.onOutcome(TagsOutcome.LOST, change.frames);
            if (after != null) {
                waiting.put(binding, after);
            }
        }
        schedule(RETRY_NS);
    }
}
