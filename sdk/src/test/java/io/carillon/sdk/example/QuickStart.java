package io.carillon.sdk.example;

import io.carillon.sdk.Binding;
import io.carillon.sdk.CarillonClient;
import io.carillon.sdk.ConnectionInfo;
import io.carillon.sdk.ConnectionListener;
import io.carillon.sdk.TokenSource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The smallest complete app: {@code QuickStart http://127.0.0.1:8070 demo alice TOKEN}, with what the fleet's status says. */
public final class QuickStart {
    private QuickStart() {}

    public static void main(String[] args) throws Exception {
        String app = args[1];
        String user = args[2];
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "carillon-quick-start", user);
        try (CarillonClient client = CarillonClient.builder()
                .dispatcher(URI.create(args[0]))
                .deviceId("quick-start-" + user)
                .store(folder)
                .connectionListener(new ConnectionListener() {
                    @Override
                    public void onConnected(ConnectionInfo connection) {
                        System.out.println("connected to " + connection.room());
                    }
                })
                .connect()) {
            // An app asks its own server for the token instead.
            TokenSource tokens = TokenSource.fixed(args[3]);
            Binding binding = client.bind(app, user, tokens, message -> System.out.println(message.text()));
            client.firstConnected().get(30, TimeUnit.SECONDS);
            binding.uplink("greeting", "hello".getBytes(StandardCharsets.UTF_8))
                    .thenAccept(receipt -> System.out.println("the business gets " + receipt.id()));
            System.out.println("waiting for messages; Enter ends it");
            System.in.read();
        }
    }
}
