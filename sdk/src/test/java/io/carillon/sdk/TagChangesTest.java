package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Tags;
import io.carillon.sdk.VirtualWorld.FakeLink;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is sent of the tags that an app changes, in virtual time. */
class TagChangesTest {
    private final VirtualWorld world = new VirtualWorld();

    private List<Tags> sent() {
        List<Tags> frames = new ArrayList<>();
        for (FakeLink link : world.links) {
            for (int i = 0; i < link.types.size(); i++) {
                if (link.types.get(i) == FrameType.TAGS) {
                    try {
                        frames.add(Tags.parseFrom(link.bodies.get(i)));
                    } catch (InvalidProtocolBufferException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
        return frames;
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "t" + i).collect(Collectors.toList());
    }

    @Test
    void sendsAChangeAtOnceAndOnce() {
        Binding alice = world.alice();
        alice.changeTags(List.of("red"), List.of("blue"));
        world.run();
        assertThat(sent())
                .containsExactly(
                        Tags.newBuilder().addAdd("red").addRemove("blue").build());

        world.link().cut();
        world.advance(60_000);

        assertThat(sent()).hasSize(1);
    }

    @Test
    void keepsTheLastWordOnATagUntilItIsBoundAgain() {
        Binding alice = world.alice();
        world.plan = FakeLink::refuse;
        world.link().cut();
        alice.changeTags(List.of("red", "green"), List.of());
        alice.changeTags(List.of("blue"), List.of("red"));
        world.advance(1_000);
        assertThat(sent()).isEmpty();

        world.plan = FakeLink::open;
        world.advance(120_000);

        assertThat(sent()).hasSize(1);
        assertThat(sent().get(0).getAddList()).containsExactly("green", "blue");
        assertThat(sent().get(0).getRemoveList()).containsExactly("red");
    }

    @Test
    void forgetsTheOldestBeyondTheBound() {
        Binding alice = world.alice();
        world.plan = FakeLink::refuse;
        world.link().cut();
        alice.changeTags(names(0, 100), List.of("gone"));
        alice.changeTags(names(100, 130), List.of());
        world.plan = FakeLink::open;
        world.advance(120_000);

        assertThat(sent().get(0).getAddList()).isEqualTo(names(30, 130));
        assertThat(sent().get(0).getRemoveList()).containsExactly("gone");
    }

    @Test
    void sendsNothingOfABindingThatWasEnded() {
        Binding alice = world.alice();
        alice.unbind();
        alice.changeTags(List.of("red"), List.of());
        world.advance(60_000);

        assertThat(sent()).isEmpty();
    }

    @Test
    void refusesWhatCannotBe() {
        Binding alice = world.alice();

        assertThatThrownBy(() -> alice.changeTags(List.of(""), List.of())).hasMessageContaining("0 bytes");
        assertThatThrownBy(() -> alice.changeTags(List.of(), List.of("ü".repeat(33))))
                .hasMessageContaining("66 bytes");
        assertThatThrownBy(() -> alice.changeTags(names(0, 101), List.of())).hasMessageContaining("101 tags");
    }
}
