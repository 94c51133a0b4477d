package io.carillon.center.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageIdsTest {
    @Test
    void ordersNewIdsByTime() {
        ByteString early = at(1_000_000_000_000L).next();
        ByteString late = at(1_000_000_000_001L).next();

        assertThat(early.size()).isEqualTo(16);
        assertThat(ByteString.unsignedLexicographicalComparator().compare(early, late))
                .isNegative();
        MessageIds ids = at(1);
        assertThat(ids.next()).isNotEqualTo(ids.next());
    }

    @Test
    void derivesTheSameIdInEveryCenterAndAnotherForAnythingElse() {
        MessageIds ids = at(1);
        ByteString id = ids.ofMessage("demo", "k", "ann");

        assertThat(id.size()).isEqualTo(16);
        assertThat(at(2).ofMessage("demo", "k", "ann")).isEqualTo(id);
        assertThat(ids.ofMessage("demo", "ka", "nn")).isNotEqualTo(id);
        assertThat(ids.ofMessage("demo2", "k", "ann")).isNotEqualTo(id);
        assertThat(ids.ofRequest("demo", "k")).isNotEqualTo(ids.ofMessage("demo", "k", ""));
        MessageIds other =
                new MessageIds("another secret".getBytes(StandardCharsets.UTF_8), Clock.systemUTC(), new Random(1));
        assertThat(other.ofMessage("demo", "k", "ann")).isNotEqualTo(id);
    }

    private static MessageIds at(long epochMs) {
        return new MessageIds(
                "secret".getBytes(StandardCharsets.UTF_8),
                Clock.fixed(Instant.ofEpochMilli(epochMs), ZoneOffset.UTC),
                new Random(1));
    }
}
