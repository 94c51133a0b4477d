package io.carillon.runtime.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BucketsTest {
    @Test
    void staysWhereItWasForEver() {
        // Stored keys depend on it: a change of the function is a change of layout.
        assertThat(Buckets.of("demo", "alice")).isEqualTo(1712);
    }

    @Test
    void spreadsUsersOverAllBuckets() {
        int[] counts = new int[Buckets.COUNT];
        for (int i = 0; i < Buckets.COUNT * 100; i++) {
            counts[Buckets.of("demo", "user-" + i)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(50, 160);
        }
    }

    @Test
    void movesOnlyTheBucketsOfTheNameThatWent() {
        List<String> three = List.of("register-1", "register-2", "register-3");
        List<String> two = List.of("register-3", "register-1");
        List<Integer> owned = new ArrayList<>();
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            String before = three.get(Rendezvous.owner(bucket, three));
            String after = two.get(Rendezvous.owner(bucket, two));
            if (before.equals("register-2")) {
                owned.add(bucket);
            } else {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(owned).hasSizeBetween(1200, 1530);
        assertThat(Rendezvous.owner(7, List.of())).isEqualTo(-1);
    }
}
