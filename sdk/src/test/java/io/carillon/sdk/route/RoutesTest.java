package io.carillon.sdk.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.AppState;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkState;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What decides which address is tried and when. */
class RoutesTest {
    private static final NetworkState HOME = NetworkState.of(NetworkKind.WIFI, "home");
    private static final RoomAddress A = RoomAddress.parse("tls://a:443");
    private static final RoomAddress B = RoomAddress.parse("tls://b:443");
    private static final RoomAddress C = RoomAddress.parse("tcp://[2001:db8::1]:80");
    private static final List<RoomAddress> ALL = Arrays.asList(A, B, C);

    private final AddressBook book = new AddressBook();

    @Test
    void triesTheLastGoodRoomFirstAndWhatFailedLast() {
        book.onGood(HOME, B, ALL, 20);
        book.onBad(HOME, A, 0);
        assertThat(book.order(HOME, ALL, 0)).containsExactly(B, C, A);
        assertThat(book.order(NetworkState.of(NetworkKind.WIFI, "work"), ALL, 0))
                .isEqualTo(ALL);
    }

    @Test
    void bansAfterThreeFailuresForSixMinutesThenLonger() {
        for (int i = 0; i < 3; i++) {
            book.onBad(HOME, A, 0);
        }
        assertThat(book.order(HOME, ALL, 359_999)).containsExactly(B, C);
        assertThat(book.order(HOME, ALL, 360_000)).containsExactly(B, C, A);
        book.onBad(HOME, A, 360_000);
        assertThat(book.order(HOME, ALL, 1_079_999)).doesNotContain(A);
        assertThat(book.order(HOME, Collections.singletonList(A), 400_000)).containsExactly(A);
    }

    @Test
    void keepsTwentyNetworksOverARestart() {
        for (int i = 0; i < 30; i++) {
            book.onGood(NetworkState.of(NetworkKind.CELLULAR, "operator-" + i), A, ALL, 40);
        }
        book.onBad(HOME, B, 0);
        AddressBook again = new AddressBook();
        AddressBookCodec.read(AddressBookCodec.write(book), again);
        assertThat(again.lastGoodList(NetworkState.of(NetworkKind.CELLULAR, "operator-29")))
                .isEqualTo(ALL);
        assertThat(again.lastGoodList(NetworkState.of(NetworkKind.CELLULAR, "operator-0")))
                .isEmpty();
        assertThat(again.order(HOME, ALL, 0)).containsExactly(A, C, B);
        assertThat(again.srttMs(NetworkState.of(NetworkKind.CELLULAR, "operator-29")))
                .isEqualTo(40);
    }

    @Test
    void takesADamagedBookForAnEmptyOne() {
        book.onGood(HOME, B, ALL, 20);
        byte[] whole = AddressBookCodec.write(book);
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length));
            if (damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            AddressBookCodec.read(damaged, new AddressBook());
        }
    }

    @Test
    void backsOffWithFullJitterUpToTheCap() {
        Backoff backoff = new Backoff(new Random(1), 0);
        long longest = 0;
        for (int i = 0; i < 200; i++) {
            backoff.onFailure();
            long delay = backoff.delayMs(AppState.FRONT);
            assertThat(delay).isBetween(200L, 60_000L);
            longest = Math.max(longest, delay);
        }
        assertThat(longest).isGreaterThan(50_000);
        backoff.onWorkingSession();
        assertThat(backoff.delayMs(AppState.FRONT)).isLessThanOrEqualTo(1_000);
        assertThat(backoff.busyDelayMs(1_000)).isBetween(1_000L, 1_500L);
    }

    @Test
    void givesTenAttemptsAndOneBackEachFifteenSeconds() {
        Backoff backoff = new Backoff(new Random(1), 0);
        for (int i = 0; i < 10; i++) {
            assertThat(backoff.takeAttemptMs(0)).isZero();
        }
        assertThat(backoff.takeAttemptMs(5_000)).isEqualTo(10_000);
        assertThat(backoff.takeAttemptMs(15_000)).isZero();
        assertThat(backoff.takeAttemptMs(15_000)).isEqualTo(15_000);
        assertThat(backoff.takeAttemptMs(200_000)).isZero();
    }

    @Test
    void waitsLongerForMoreBytesAndSlowerNetworks() {
        ReadTimeouts wifi = ReadTimeouts.of(NetworkKind.WIFI);
        assertThat(wifi.firstByteMs(0, 0)).isEqualTo(12_000);
        assertThat(wifi.firstByteMs(24 * 1024, 0)).isEqualTo(14_000);
        assertThat(wifi.firstByteMs(1 << 30, 9)).isEqualTo(22_000 + 7_500);
        assertThat(ReadTimeouts.of(NetworkKind.CELLULAR).firstByteMs(0, 1)).isEqualTo(18_000);
        for (int i = 0; i < 10; i++) {
            wifi.onGood();
        }
        assertThat(wifi.firstByteMs(0, 0)).isEqualTo(7_000);
        wifi.onBad();
        assertThat(wifi.firstByteMs(0, 0)).isEqualTo(12_000);
    }
}
