package io.carillon.room.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.room.loop.VirtualLoop;
import io.carillon.room.session.Refusal;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.net.Networks;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final VirtualLoop loop = new VirtualLoop();
    private final List<RefusalReason> refused = new ArrayList<>();
    private int connections;
    private int backlog;
    private double random = 0.5;
    private double memoryShare;
    private final MemoryWatch memory = new MemoryWatch(() -> memoryShare, 0.9);

    private Admission admission(String limits) {
        return new Admission(
                ConfigLoader.parse(AdmissionLimits.class, limits),
                new Admission.Surroundings(
                        1000, () -> connections, () -> backlog, memory, loop::nowNs, () -> random, refused::add),
                List.of(loop));
    }

    private static InetAddress address(String text) {
        return Objects.requireNonNull(Networks.literal(text));
    }

    /** Null: refused. */
    private @Nullable Visit arrive(Admission admission, String address) {
        return admission.arrive(loop, address(address), false).visit();
    }

    private static Visit visit(@Nullable Visit visit) {
        return Objects.requireNonNull(visit, "refused");
    }

    private int letIn(Admission admission, String address, int tries) {
        int in = 0;
        for (int i = 0; i < tries; i++) {
            Visit visit = arrive(admission, address);
            if (visit != null) {
                visit.loggedIn();
                in++;
            }
        }
        return in;
    }

    @Test
    void anAddressHasItsRate() {
        Admission admission = admission("{}");
        assertThat(letIn(admission, "198.51.100.1", 300)).isEqualTo(200);
        assertThat(letIn(admission, "198.51.100.2", 100)).isEqualTo(100);
        loop.pass(Duration.ofMillis(500));
        assertThat(letIn(admission, "198.51.100.1", 300)).isEqualTo(100);
        assertThat(refused).containsOnly(RefusalReason.ADDRESS);
    }

    @Test
    void aNetworkHasItsRate() {
        Admission admission = admission("{accept-per-prefix: 300}");
        assertThat(letIn(admission, "198.51.100.1", 200) + letIn(admission, "198.51.100.2", 200))
                .isEqualTo(300);
        assertThat(refused).hasSize(100).containsOnly(RefusalReason.PREFIX);
        assertThat(letIn(admission, "198.51.101.1", 200)).isEqualTo(200);
    }

    @Test
    void whoHasAnIpv6NetworkIsOneAddress() {
        Admission admission = admission("{}");
        int in = 0;
        for (int i = 0; i < 300; i++) {
            in += letIn(admission, "2001:db8:0:1::" + Integer.toHexString(i + 1), 1);
        }
        assertThat(in).isEqualTo(200);
        assertThat(letIn(admission, "2001:db8:0:2::1", 1)).isEqualTo(1);
    }

    @Test
    void loopbackAndTheTrustedAreExempt() {
        Admission admission = admission("{trusted: [198.51.100.0/24], device-logins-per-minute: 1}");
        assertThat(letIn(admission, "127.0.0.1", 5000)).isEqualTo(5000);
        assertThat(letIn(admission, "198.51.100.7", 5000)).isEqualTo(5000);
        Visit visit = visit(arrive(admission, "198.51.100.7"));
        assertThat(visit.askToLogIn("phone")).isNull();
        assertThat(visit.askToLogIn("phone")).isNull();
        assertThat(refused).isEmpty();
    }

    @Test
    void aFullRoomTakesNobody() {
        Admission admission = admission("{}");
        connections = 1000;
        assertThat(arrive(admission, "127.0.0.1")).isNull();
        assertThat(refused).containsExactly(RefusalReason.FULL);
    }

    @Test
    void boundsThoseThatAreNotLoggedIn() {
        Admission admission = admission("{unauthenticated-max: 3, unauthenticated-per-address-max: 2}");
        Visit first = visit(arrive(admission, "198.51.100.1"));
        visit(arrive(admission, "198.51.100.1"));
        assertThat(arrive(admission, "198.51.100.1")).isNull();
        visit(arrive(admission, "198.51.100.2"));
        assertThat(arrive(admission, "198.51.100.3")).isNull();
        assertThat(refused).containsExactly(RefusalReason.UNAUTHENTICATED_OF_ADDRESS, RefusalReason.UNAUTHENTICATED);
        assertThat(admission.visitors()).isEqualTo(3);
        first.loggedIn();
        first.left();
        assertThat(admission.visitors()).isEqualTo(2);
        visit(arrive(admission, "198.51.100.1"));
    }

    @Test
    void aDeviceThatLogsInTooOftenIsRefusedForAWhile() {
        Admission admission = admission("{}");
        Visit visit = visit(arrive(admission, "198.51.100.1"));
        for (int i = 0; i < 15; i++) {
            assertThat(visit.askToLogIn("phone")).isNull();
        }
        Refusal refusal = Objects.requireNonNull(visit.askToLogIn("phone"));
        assertThat(refusal.retryAfterMs()).isBetween(299_000, 300_001);
        assertThat(visit.askToLogIn("tablet")).isNull();
        // The same id elsewhere is somebody else's word.
        assertThat(visit(arrive(admission, "203.0.113.1")).askToLogIn("phone")).isNull();
        loop.pass(Duration.ofSeconds(290));
        assertThat(Objects.requireNonNull(visit.askToLogIn("phone")).retryAfterMs())
                .isBetween(9_000, 10_001);
        loop.pass(Duration.ofMillis(10_001));
        assertThat(visit.askToLogIn("phone")).isNull();
        assertThat(refused).containsExactly(RefusalReason.DEVICE, RefusalReason.DEVICE);
    }

    @Test
    void oneThatIsSentAwayForTheRoomsSakeIsNotCounted() {
        Admission admission = admission("{}");
        Visit visit = visit(arrive(admission, "198.51.100.1"));
        backlog = 20_001;
        for (int i = 0; i < 100; i++) {
            visit.askToLogIn("phone");
        }
        assertThat(refused).hasSize(100).containsOnly(RefusalReason.BACKLOG);
        backlog = 0;
        assertThat(visit.askToLogIn("phone")).isNull();
    }

    @Test
    void boundsTheLoginsOfASecond() {
        Admission admission = admission("{login-rate: 10}");
        Visit visit = visit(arrive(admission, "127.0.0.1"));
        for (int i = 0; i < 10; i++) {
            assertThat(visit.askToLogIn("device-" + i)).isNull();
        }
        assertThat(visit.askToLogIn("device-10")).isNotNull();
        loop.pass(Duration.ofMillis(100));
        assertThat(visit.askToLogIn("device-10")).isNull();
        assertThat(refused).containsExactly(RefusalReason.LOGIN_RATE);
    }

    @Test
    void takesNoLoginsWhenMemoryIsShort() {
        Admission admission = admission("{}");
        Visit visit = visit(arrive(admission, "127.0.0.1"));
        memoryShare = 0.95;
        memory.look();
        assertThat(visit.askToLogIn("device")).isNotNull();
        memoryShare = 0.5;
        memory.look();
        assertThat(visit.askToLogIn("device")).isNull();
        assertThat(refused).containsExactly(RefusalReason.MEMORY);
    }

    @Test
    void looksAtTheMemoryThatIsReallyHeld() {
        MemoryWatch real = new MemoryWatch(1);
        real.look();
        assertThat(real.tight()).isFalse();
        MemoryWatch none = new MemoryWatch(1e-9);
        System.gc();
        none.look();
        assertThat(none.tight()).isTrue();
    }

    @Test
    void theTimeToComeBackFollowsHowManyAreComing() {
        Admission admission = admission("{login-rate: 100, retry-min: 1s, retry-max: 5m}");
        connections = 1000;
        for (int i = 0; i < 4999; i++) {
            admission.countLost();
        }
        admission.countLost();
        // 5,000 at 10 a second, the tenth of the rate that is counted on when nobody logs in.
        random = 0.5;
        assertThat(admission.arrive(loop, address("127.0.0.1"), false).retryAfterMs())
                .isEqualTo(300_000);
        for (int i = 0; i < 1000; i++) {
            admission.countLogin();
        }
        random = 0;
        assertThat(admission.arrive(loop, address("127.0.0.1"), false).retryAfterMs())
                .isEqualTo(25_000);
        random = 1;
        assertThat(admission.arrive(loop, address("127.0.0.1"), false).retryAfterMs())
                .isEqualTo(75_000);
        loop.pass(Duration.ofSeconds(61));
        random = 0;
        assertThat(admission.arrive(loop, address("127.0.0.1"), false).retryAfterMs())
                .isEqualTo(500);
    }

    @Test
    void refusesLimitsThatCannotBe() {
        assertThatThrownBy(() -> admission("{trusted: [10.0.0.0/40]}")).hasMessageContaining("trusted: 10.0.0.0/40");
        assertThatThrownBy(() -> admission("{memory-share-max: 1.5}")).hasMessageContaining("memory-share-max: 1.5");
        assertThatThrownBy(() -> admission("{retry-min: 10s, retry-max: 5s}")).hasMessageContaining("retry-max: 5s");
    }
}
