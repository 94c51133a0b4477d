package io.carillon.runtime.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BroadcastSampleTest {
    private static final ByteString ONE = ByteString.copyFromUtf8("0123456789abcdef");
    private static final ByteString OTHER = ByteString.copyFromUtf8("0123456789abcdeg");

    @Test
    void picksTheShareOfUsersAndAlwaysTheSame() {
        List<String> first = sampled(new BroadcastSample(ONE, 100));

        assertThat(first).hasSizeBetween(900, 1_100);
        assertThat(sampled(new BroadcastSample(ONE, 100))).isEqualTo(first);
    }

    @Test
    void picksOthersForAnotherBroadcast() {
        List<String> both = sampled(new BroadcastSample(OTHER, 100)).stream()
                .filter(sampled(new BroadcastSample(ONE, 100))::contains)
                .toList();

        assertThat(both).hasSizeLessThan(50);
    }

    @Test
    void picksAllOrNobody() {
        assertThat(sampled(new BroadcastSample(ONE, 1))).hasSize(100_000);
        assertThat(sampled(new BroadcastSample(ONE, 0))).isEmpty();
    }

    private static List<String> sampled(BroadcastSample sample) {
        return IntStream.range(0, 100_000)
                .mapToObj(i -> "user-" + i)
                .filter(sample::has)
                .toList();
    }
}
