package io.carillon.room.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.protocol.client.Tags;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryLimits;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.delivery.Mailboxes;
import io.carillon.room.delivery.RecordedOutput;
import io.carillon.room.loop.VirtualLoop;
import io.carillon.room.registration.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** In virtual time. */
class TagChangesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualLoop loop = new VirtualLoop();
    private final RecordedLabels labels = new RecordedLabels();
    private final TagChanges changes = new TagChanges(loop, labels);
    private final Binding alice = binding("alice");

    private Binding binding(String user) {
        Mailboxes silent = new Mailboxes() {
            @Override
            public CompletableFuture<LoadResponse> load(LoadRequest request, Duration timeout) {
                return new CompletableFuture<>();
            }

            @Override
            public CompletableFuture<AckResponse> ack(AckRequest request, Duration timeout) {
                return new CompletableFuture<>();
            }
        };
        return new Binding(
                new Session("demo", user, 1, "device", "wifi", 0),
                0,
                new RecordedOutput(),
                new DeliveryLoop(loop, DeliveryLimits.defaults(), silent, (binding, tags) -> {}, "room-1", bound -> 0));
    }

    private static Tags tags(List<String> add, List<String> remove) {
        return Tags.newBuilder().addAllAdd(add).addAllRemove(remove).build();
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "t" + i).toList();
    }

    private void say(List<String> add, List<String> remove) {
        changes.add(alice, tags(add, remove));
    }

    @Test
    void mergesWhatComesFastAndTheLastWordHolds() {
        say(List.of("red", "blue"), List.of("green"));
        say(List.of("green"), List.of("blue"));
        loop.pass(SECOND);

        assertThat(labels.requests).hasSize(1);
        assertThat(labels.requests.getFirst().getAddList()).containsExactlyInAnyOrder("red", "green");
        assertThat(labels.requests.getFirst().getRemoveList()).containsExactly("blue");
        assertThat(labels.outcomes).containsEntry(TagsOutcome.CHANGED, 2);
    }

    @Test
    void keepsTheOrderOfABindingsChanges() {
        labels.holds = true;
        say(List.of("red"), List.of());
        loop.pass(SECOND);
        say(List.of(), List.of("red"));
        changes.add(binding("bob"), tags(List.of("bobs"), List.of()));
        loop.pass(SECOND);
        assertThat(labels.requests)
                .extracting(request -> request.getUser().getUser())
                .containsExactly("alice", "bob");

        labels.release();
        loop.pass(SECOND);

        assertThat(labels.requests).hasSize(3);
        assertThat(labels.requests.getLast().getRemoveList()).containsExactly("red");
    }

    @Test
    void repeatsWhatWasNotAnsweredUntilItIsTooOld() {
        labels.fails = true;
        say(List.of("red"), List.of());
        loop.pass(Duration.ofSeconds(5));
        assertThat(labels.requests).hasSizeBetween(4, 6);

        labels.fails = false;
        loop.pass(Duration.ofSeconds(2));
        assertThat(labels.outcomes).containsOnlyKeys(TagsOutcome.CHANGED);

        labels.fails = true;
        say(List.of("blue"), List.of());
        loop.pass(Duration.ofSeconds(60));
        assertThat(labels.outcomes).containsEntry(TagsOutcome.LOST, 1);
        int asked = labels.requests.size();
        loop.pass(Duration.ofSeconds(60));
        assertThat(labels.requests).hasSize(asked);
    }

    @Test
    void dropsAndCountsWhatCannotBeAndWhatIsTooMuch() {
        say(List.of(), List.of());
        say(List.of(""), List.of());
        say(List.of("ü".repeat(33)), List.of());
        say(names(0, 101), List.of());
        assertThat(labels.outcomes).containsEntry(TagsOutcome.NOT_VALID, 4);

        say(names(0, 100), List.of());
        say(List.of("one more"), List.of());
        loop.pass(SECOND);
        assertThat(labels.outcomes).containsEntry(TagsOutcome.LOST, 1).containsEntry(TagsOutcome.CHANGED, 1);

        for (int i = 0; i < 2_001; i++) {
            changes.add(binding("u" + i), tags(List.of("red"), List.of()));
        }
        assertThat(labels.outcomes).containsEntry(TagsOutcome.LOST, 2);
    }

    @Test
    void hasFewCallsUnderWayAndGetsThroughAll() {
        labels.holds = true;
        for (int i = 0; i < 40; i++) {
            changes.add(binding("u" + i), tags(List.of("red"), List.of()));
        }
        loop.pass(SECOND);
        assertThat(labels.requests).hasSize(16);

        labels.holds = false;
        labels.release();
        loop.pass(Duration.ofSeconds(2));

        assertThat(labels.requests)
                .extracting(LabelsChangeRequest::getUser)
                .doesNotHaveDuplicates()
                .hasSize(40);
    }

    @Test
    void countsWhatSaverRefuses() {
        labels.error = "tags: 101";
        say(List.of("red"), List.of());
        loop.pass(SECOND);

        assertThat(labels.outcomes).containsOnlyKeys(TagsOutcome.REFUSED);
    }
}
