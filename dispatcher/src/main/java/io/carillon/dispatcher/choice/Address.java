package io.carillon.dispatcher.choice;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One advertised address of a room, with what an answer says of it. Immutable. */
public final class Address {
    final Room room;
    final String host;
    final int port;
    final Transport transport;
    /** {@code host:port} in lower case, as a client names it in {@code tried}. */
    final String text;

    private final byte[] json;

    Address(Room room, String host, int port, Transport transport) {
        this.room = room;
        this.host = host.toLowerCase(Locale.ROOT);
        this.port = port;
        this.transport = transport;
        this.text = textOf(this.host, port);
        this.json = ("{\"host\":" + quoted(host) + ",\"port\":" + port + ",\"transport\":\"" + transport.label()
                        + "\",\"site\":" + quoted(room.site) + '}')
                .getBytes(StandardCharsets.UTF_8);
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public Transport transport() {
        return transport;
    }

    public String site() {
        return room.site;
    }

    public String roomName() {
        return room.name;
    }

    /** One object of an answer, UTF-8. Not to be changed. */
    public byte[] json() {
        return json;
    }

    /** An IPv6 host is in brackets. */
    static String textOf(String host, int port) {
        return host.indexOf(':') >= 0 && host.charAt(0) != '[' ? "[" + host + "]:" + port : host + ":" + port;
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    @Override
    public String toString() {
        return text;
    }
}
