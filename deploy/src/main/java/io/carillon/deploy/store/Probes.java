package io.carillon.deploy.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks the stores, each in its own words and without a client library, whether they serve. */
public final class Probes {
    private Probes() {}

    /** Redis: done loading its file. A password refusal counts, since the server that says it serves. */
    public static boolean redis(int port, Duration timeout) {
        String answer = ask(port, timeout, "PING\r\n");
        return answer.startsWith("+PONG") || answer.startsWith("-NOAUTH");
    }

    /** MySQL and MariaDB: the greeting of protocol version 10. */
    public static boolean mysql(int port, Duration timeout) {
        String greeting = ask(port, timeout, "");
        return greeting.length() > 5 && greeting.charAt(4) == 10;
    }

    /** ZooKeeper: srvr is answered in full only once it serves. */
    public static boolean zooKeeper(int port, Duration timeout) {
        return ask(port, timeout, "srvr").startsWith("Zookeeper version");
    }

    private static String ask(int port, Duration timeout, String question) {
        try (Socket socket = new Socket()) {
            int timeoutMs = Math.toIntExact(timeout.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMs);
            socket.setSoTimeout(timeoutMs);
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            byte[] answer = new byte[256];
            int length = in.read(answer);
            return length <= 0 ? "" : new String(answer, 0, length, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
