package io.carillon.center.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GathererTest {
    private final List<List<String>> calls = new ArrayList<>();
    private final List<CompletableFuture<List<String>>> answers = new ArrayList<>();
    private int failures;
    private int refused;

    @Test
    void asksAnIdlePeerAtOnceAndGathersWhileACallIsUnderWay() {
        Gatherer<String, String> gatherer = gatherer(new GatherBounds(10, 1_000, 100, 1_000));

        var first = gatherer.submit(List.of("a"));
        var second = gatherer.submit(List.of("b", "c"));
        var third = gatherer.submit(List.of("d"));
        assertThat(calls).containsExactly(List.of("a"));

        answers.get(0).complete(List.of("A"));
        assertThat(first.join()).containsExactly("A");
        assertThat(calls.get(1)).containsExactly("b", "c", "d");

        answers.get(1).complete(List.of("B", "C", "D"));
        assertThat(second.join()).containsExactly("B", "C");
        assertThat(third.join()).containsExactly("D");
    }

    @Test
    void boundsACallByEntriesAndBytes() {
        Gatherer<String, String> gatherer = gatherer(new GatherBounds(3, 5, 100, 1_000));

        gatherer.submit(List.of("a", "b", "c", "four", "xx", "longer than a call"));
        answers.get(0).complete(List.of("", "", ""));
        answers.get(1).complete(List.of(""));
        answers.get(2).complete(List.of(""));

        assertThat(calls)
                .containsExactly(List.of("a", "b", "c"), List.of("four"), List.of("xx"), List.of("longer than a call"));
    }

    @Test
    void refusesWhatFindsNoPlaceAndAnswersTheRest() {
        Gatherer<String, String> gatherer = gatherer(new GatherBounds(10, 1_000, 2, 1_000));
        gatherer.submit(List.of("a"));

        var crowded = gatherer.submit(List.of("b", "c", "d"));
        answers.get(0).complete(List.of("A"));
        answers.get(1).complete(List.of("B", "C"));

        assertThat(crowded.join()).containsExactly("B", "C", null);
        assertThat(refused).isEqualTo(1);
    }

    @Test
    void answersNullAndGoesOnWhereACallFails() {
        Gatherer<String, String> gatherer = gatherer(new GatherBounds(10, 1_000, 100, 1_000));

        var first = gatherer.submit(List.of("a"));
        answers.get(0).completeExceptionally(new IllegalStateException("lost"));
        assertThat(first.join()).containsExactly((String) null);

        var second = gatherer.submit(List.of("b"));
        answers.get(1).complete(List.of("too", "many"));
        assertThat(second.join()).containsExactly((String) null);
        assertThat(failures).isEqualTo(2);
    }

    @Test
    void answersNothingToNothing() {
        assertThat(gatherer(new GatherBounds(1, 1, 1, 1)).submit(List.of()).join())
                .isEmpty();
        assertThat(calls).isEmpty();
    }

    private Gatherer<String, String> gatherer(GatherBounds bounds) {
        return new Gatherer<>(
                bounds,
                String::length,
                entries -> {
                    calls.add(entries);
                    answers.add(new CompletableFuture<>());
                    return answers.getLast();
                },
                failure -> failures++,
                () -> refused++);
    }
}
