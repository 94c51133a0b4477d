package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.sdk.CarillonClient;
import io.carillon.sdk.ConnectionInfo;
import io.carillon.sdk.ConnectionListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** An SDK whose socket is cut in the middle of a message, and that comes right back to the same room. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedFleet.class)
class FlickerIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningFleet fleet;

    @BeforeAll
    void start(RunningFleet shared) {
        fleet = shared;
    }

    @Test
    void theMessageInTheListenersHandsIsAcknowledgedOverTheNewConnectionAndShownOnce() throws Exception {
        List<String> shown = new CopyOnWriteArrayList<>();
        List<ConnectionInfo> connections = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> handled = new CompletableFuture<>();
        String room = fleet.status().rooms().getFirst().tcp();
        try (Cable cable = new Cable(room);
                CarillonClient client = CarillonClient.builder()
                        .bundledRooms("tcp://127.0.0.1:" + cable.port())
                        .deviceId("flickering")
                        .connectionListener(new ConnectionListener() {
                            @Override
                            public void onConnected(ConnectionInfo connection) {
                                connections.add(connection);
                            }
                        })
                        .bindAsync(
                                "demo",
                                "flickers",
                                (app, user) -> fleet.center().token(user),
                                message -> {
                                    shown.add(message.text());
                                    return handled;
                                })
                        .connect()) {
            await().atMost(LIMIT).until(() -> online("flickers"));
            String id = send("in hand");
            await().atMost(LIMIT).until(() -> shown.contains("in hand"));

            cable.cut();

            await().atMost(LIMIT).until(() -> connections.size() == 2);
            assertThat(connections.getFirst().resumed()).isFalse();
            assertThat(connections.getLast().resumed()).isTrue();
            handled.complete(null);
            send("afterwards");
            await().atMost(LIMIT).until(() -> shown.contains("afterwards"));
            await().atMost(LIMIT).until(() -> fleet.center()
                    .get("/v1/messages/" + id)
                    .body()
                    .path("state")
                    .asText()
                    .equals("acked"));
            assertThat(shown).containsExactly("in hand", "afterwards");
            assertThat(client.isConnected()).isTrue();
        }
    }

    private boolean online(String user) throws Exception {
        return fleet.center().get("/v1/users/" + user).body().path("online").asBoolean(false);
    }

    private String send(String text) throws Exception {
        return fleet.sender(1).send("flickers", text).get().messageId();
    }

    /** A way to a room that can be cut. */
    private static final class Cable implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private final String host;
        private final int roomPort;

        Cable(String room) throws IOException {
            int colon = room.lastIndexOf(':');
            host = room.substring(0, colon);
            roomPort = Integer.parseInt(room.substring(colon + 1));
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket device = listener.accept();
                    Socket room = new Socket(host, roomPort);
                    sockets.add(device);
                    sockets.add(room);
                    Thread.ofVirtual().start(() -> copy(device, room));
                    Thread.ofVirtual().start(() -> copy(room, device));
                }
            } catch (IOException e) {
                cut();
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                byte[] buffer = new byte[8192];
                for (int n = from.getInputStream().read(buffer);
                        n >= 0;
                        n = from.getInputStream().read(buffer)) {
                    to.getOutputStream().write(buffer, 0, n);
                }
            } catch (IOException e) {
                // The end of one is the end of the other, below.
                quietly(from);
            }
            quietly(from);
            quietly(to);
        }

        private static void quietly(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void cut() {
            sockets.forEach(Cable::quietly);
            sockets.clear();
        }

        @Override
        public void close() throws IOException {
            listener.close();
            cut();
        }
    }
}
