package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a load tool does with the SDK: very many clients in one process. */
@Timeout(120)
class ManyClientsTest {
    private static final int CLIENTS = 500;

    @Test
    void sharesAFewThreadsAmongAllClients() throws Exception {
        Set<String> received = ConcurrentHashMap.newKeySet();
        SdkRuntime runtime = SdkRuntime.create(2, 2, 2);
        List<CarillonClient> clients = new ArrayList<>();
        try (TestRoom room = new TestRoom()) {
            room.onLogin = peer -> peer.push(0, 1, "m1", "hello");
            for (int i = 0; i < CLIENTS; i++) {
                String user = "user-" + i;
                clients.add(CarillonClient.builder()
                        .deviceId("device-" + i)
                        .bundledRooms(room.address())
                        .runtime(runtime)
                        .bind("demo", user, TokenSource.fixed("demo/" + user), message -> received.add(message.user()))
                        .connect());
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> received.size() == CLIENTS && room.acks.size() == CLIENTS);
            long threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("carillon-"))
                    .filter(thread -> !thread.getName().startsWith("carillon-callback")
                            && !thread.getName().startsWith("carillon-background"))
                    .count();
            // Other tests of this JVM may have had runtimes of their own.
            assertThat(threads).isLessThan(20);
            clients.forEach(CarillonClient::close);
        } finally {
            runtime.close();
        }
    }
}
