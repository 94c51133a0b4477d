package io.carillon.bench.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryCheckTest {
    private final UnicastCheck unicasts = new UnicastCheck();
    private final List<Long> complete = new ArrayList<>();
    private final BroadcastCheck broadcasts =
            new BroadcastCheck(3, 3, (number, firstNs, lastNs) -> complete.add(number));

    @Test
    void countsWhatNeverCameAsLostButNotWhatWasRefused() {
        long first = unicasts.take(1);
        unicasts.take(1);
        unicasts.take(1);
        unicasts.onRefused();
        assertThat(unicasts.onArrived(first, 4, 4)).isTrue();
        ObjectNode json = unicasts.toJson();
        assertThat(json.path("sent").asLong()).isEqualTo(3);
        assertThat(json.path("refused").asLong()).isEqualTo(1);
        assertThat(json.path("lost").asLong()).isEqualTo(1);
    }

    @Test
    void tellsTheSecondArrivalFromTheFirst() {
        long number = unicasts.take(1);
        assertThat(unicasts.onArrived(number, 0, 0)).isTrue();
        assertThat(unicasts.onArrived(number, 0, 0)).isFalse();
        assertThat(unicasts.toJson().path("doubled").asLong()).isEqualTo(1);
    }

    @Test
    void tellsWhatWasMeantForAnother() {
        long number = unicasts.take(1);
        assertThat(unicasts.onArrived(number, 1, 2)).isFalse();
        assertThat(unicasts.onArrived(99, 1, 1)).as("never sent").isFalse();
        assertThat(unicasts.toJson().path("misdirected").asLong()).isEqualTo(2);
        assertThat(unicasts.underWay()).isEqualTo(1);
    }

    @Test
    void tellsOfABroadcastWhenTheLastDeviceHasIt() {
        broadcasts.onArrived(5, 0, 10);
        broadcasts.onArrived(5, 1, 11);
        broadcasts.onArrived(5, 1, 12);
        assertThat(complete).isEmpty();
        broadcasts.onArrived(5, 2, 13);
        assertThat(complete).containsExactly(5L);
        assertThat(broadcasts.toJson(2).path("doubled").asLong()).isEqualTo(1);
        assertThat(broadcasts.toJson(2).path("lost").asLong()).isEqualTo(3);
    }

    @Test
    void aDeviceThatMayMissABroadcastDoesNotStandForAnother() {
        BroadcastCheck some = new BroadcastCheck(3, 2, (number, firstNs, lastNs) -> complete.add(number));
        some.onArrived(1, 2, 10);
        some.onArrived(1, 0, 11);
        assertThat(complete).isEmpty();
        assertThat(some.toJson(1).path("lost").asLong()).isEqualTo(1);
        some.onArrived(1, 1, 12);
        assertThat(complete).containsExactly(1L);
    }

    @Test
    void remembersNumbersOverItsPages() {
        SeenNumbers seen = new SeenNumbers();
        for (long number : new long[] {0, 63, 64, (1 << 20) - 1, 1 << 20, SeenNumbers.MAX}) {
            assertThat(seen.add(number)).isTrue();
            assertThat(seen.add(number)).isFalse();
        }
        assertThatThrownBy(() -> seen.add(SeenNumbers.MAX + 1)).hasMessageStartingWith("number: ");
    }

    @Test
    void readsAMessageBack() {
        ByteBuf in = Unpooled.wrappedBuffer(new byte[3], TestMessage.encode(64, 9, 7, 5, 2, 1L << 40, 123));
        assertThat(TestMessage.isOf(9, in, 3, 64)).isTrue();
        assertThat(TestMessage.isOf(8, in, 3, 64)).isFalse();
        assertThat(TestMessage.device(in, 3)).isEqualTo(7);
        assertThat(TestMessage.span(in, 3)).isEqualTo(5);
        assertThat(TestMessage.worker(in, 3)).isEqualTo(2);
        assertThat(TestMessage.number(in, 3)).isEqualTo(1L << 40);
        assertThat(TestMessage.dueNs(in, 3)).isEqualTo(123);
    }
}
