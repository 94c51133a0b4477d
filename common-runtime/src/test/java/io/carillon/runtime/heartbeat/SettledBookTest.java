package io.carillon.runtime.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.runtime.heartbeat.SettledBook.Change;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SettledBookTest {
    private static final long HOME = NetworkGroup.of(NetworkGroup.WIFI, new byte[] {10, 1, 2, 3});
    private static final LearningLimits LIMITS = new LearningLimits(100, 32, 8, 25);

    private final SettledBook book = new SettledBook(LIMITS);

    private int start(long group) {
        return book.starts().getOrDefault(group, 0);
    }

    @Test
    void tellsNothingBeforeEnoughUsersAgree() {
        for (int user = 0; user < 7; user++) {
            assertThat(book.note(HOME, user, 600)).isFalse();
        }
        for (int again = 0; again < 100; again++) {
            book.note(HOME, 3, 600);
        }
        assertThat(start(HOME)).isZero();
        assertThat(book.note(HOME, 7, 600)).isTrue();
        assertThat(start(HOME)).isEqualTo(600);
    }

    @Test
    void isNotMovedByAFewLiars() {
        Random random = new Random(1);
        for (int liars = 0; liars <= 7; liars++) {
            for (int lie : new int[] {1, 45, 1_740, 30_000}) {
                SettledBook poisoned = new SettledBook(LIMITS);
                for (int user = 0; user < 32; user++) {
                    poisoned.note(HOME, user, user < liars ? lie : 590 + random.nextInt(20));
                }
                assertThat(poisoned.starts().get(HOME))
                        .as("%d say %d", liars, lie)
                        .isBetween(590, 609);
            }
        }
    }

    @Test
    void countsTheNewestUsersAndOfEachTheNewestWord() {
        for (int user = 0; user < 32; user++) {
            book.note(HOME, user, 300);
        }
        for (int user = 100; user < 132; user++) {
            book.note(HOME, user, 900);
        }
        assertThat(start(HOME)).isEqualTo(900);
        for (int user = 100; user < 132; user++) {
            book.note(HOME, user, 400);
        }
        assertThat(start(HOME)).isEqualTo(400);
    }

    @Test
    void forgetsTheGroupLeastUsed() {
        for (int group = 1; group <= 1_000; group++) {
            for (int user = 0; user < 8; user++) {
                book.note(group, user, 500);
                book.note(HOME, user, 700);
            }
        }
        assertThat(book.size()).isEqualTo(100);
        assertThat(start(HOME)).isEqualTo(700);
        assertThat(start(1_000)).isEqualTo(500);
        assertThat(start(1)).isZero();
    }

    @Test
    void tellsChangesInTheirOrderAndNoMoreThanAsked() {
        for (int group = 1; group <= 50; group++) {
            for (int user = 0; user < 8; user++) {
                book.note(group, user, 500);
            }
        }
        assertThat(book.changesAfter(0, 20))
                .extracting(Change::group)
                .hasSize(20)
                .startsWith(1L, 2L);
        long seen = book.changesAfter(0, 1_000).getLast().revision();
        assertThat(book.changesAfter(seen, 1_000)).isEmpty();
        for (int user = 0; user < 8; user++) {
            book.note(7, user, 300);
        }
        assertThat(book.changesAfter(seen, 1_000)).singleElement().satisfies(change -> {
            assertThat(change.group()).isEqualTo(7);
            assertThat(change.seconds()).isEqualTo(300);
        });
    }

    @Test
    void ignoresWhatCanNotBe() {
        assertThat(book.note(NetworkGroup.NONE, 1, 600)).isFalse();
        assertThat(book.note(HOME, 1, 0)).isFalse();
        assertThat(book.note(HOME, 1, -1)).isFalse();
        assertThat(book.note(HOME, 1, Integer.MAX_VALUE)).isFalse();
        assertThat(book.size()).isZero();
    }

    @Test
    void findsEveryValueInTheTable() {
        Random random = new Random(5);
        Map<Long, Integer> values = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            byte[] address = new byte[i % 2 == 0 ? 4 : 16];
            random.nextBytes(address);
            values.put(NetworkGroup.of(1 + i % 3, address), 45 + random.nextInt(1_700));
        }
        StartValues table = new StartValues(values);
        assertThat(table.size()).isEqualTo(values.size());
        values.forEach((group, seconds) -> assertThat(table.seconds(group)).isEqualTo(seconds));
        assertThat(table.seconds(12_345)).isZero();
        assertThat(table.seconds(NetworkGroup.NONE)).isZero();
        assertThat(StartValues.EMPTY.seconds(HOME)).isZero();
    }
}
