package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.protocol.FrameType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client over TLS, against a certificate that the JDK's keytool made. */
@Timeout(180)
class TlsClientTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    static Path folder = Path.of("unset");

    private static final SdkRuntime RUNTIME = SdkRuntime.create(1, 2, 2);

    @BeforeAll
    static void makeKeys() throws Exception {
        keytool("good", "san=ip:127.0.0.1");
        keytool("elsewhere", "san=dns:elsewhere.example");
    }

    @AfterAll
    static void close() {
        RUNTIME.close();
    }

    private static void keytool(String name, String san) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Arrays.asList(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "room",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=room",
                        "-ext",
                        san,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        folder.resolve(name).toString(),
                        "-storepass",
                        "password"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static KeyStore keys(String name) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(name))) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static TestRoom room(String name) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys(name), PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return new TestRoom(context.getServerSocketFactory(), true, 0);
    }

    private static X509Certificate certificate(String name) throws Exception {
        return (X509Certificate) keys(name).getCertificate("room");
    }

    private static CarillonClient connect(TestRoom room, List<String> received, String trusted) throws Exception {
        return CarillonClient.builder()
                .deviceId("device")
                .bundledRooms(room.address())
                .tlsOnly()
                .trust(certificate(trusted))
                .runtime(RUNTIME)
                .bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> received.add(message.text()))
                .connect();
    }

    @Test
    void takesMessagesOfEverySizeOverTls() throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        char[] large = new char[32 * 1024];
        Arrays.fill(large, 'x');
        try (TestRoom room = room("good");
                CarillonClient client = connect(room, received, "good")) {
            client.firstConnected().get(60, TimeUnit.SECONDS);
            room.peer().push(0, 1, "m1", "small");
            room.peer().push(0, 2, "m2", new String(large));
            room.peer().push(0, 3, "m3", "");
            await().untilAsserted(() -> assertThat(received).containsExactly("small", new String(large), ""));
            await().until(() -> room.acks.size() == 3);
            client.close();
            await().until(() -> room.types.contains(FrameType.DISCONNECT));
        }
    }

    @Test
    void refusesARoomThatItDoesNotTrust() throws Exception {
        assertNeverLogsIn("good", "elsewhere");
    }

    @Test
    void refusesACertificateForAnotherHost() throws Exception {
        assertNeverLogsIn("elsewhere", "elsewhere");
    }

    private static void assertNeverLogsIn(String served, String trusted) throws Exception {
        try (TestRoom room = room(served);
                CarillonClient client = connect(room, new CopyOnWriteArrayList<>(), trusted)) {
            await().until(() -> room.peers.size() >= 2);
            assertThat(room.connects).isEmpty();
            assertThat(client.isConnected()).isFalse();
        }
    }
}
