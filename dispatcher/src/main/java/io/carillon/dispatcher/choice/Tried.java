package io.carillon.dispatcher.choice;

import java.util.List;
import java.util.Locale;

/** Addresses that a client tried in vain. Immutable. */
public final class Tried {
    /** More than this in one question are refused. */
    public static final int MAX = 64;

    public static final Tried NONE = new Tried(new String[0], new String[0], new int[0]);

    final String[] texts;
    final String[] hosts;
    final int[] ports;

    private Tried(String[] texts, String[] hosts, int[] ports) {
        this.texts = texts;
        this.hosts = hosts;
        this.ports = ports;
    }

    /**
     * @param list {@code host:port,…}; an IPv6 host is in brackets
     * @throws IllegalArgumentException naming the offender
     */
    public static Tried parse(String list) {
        if (list.isEmpty()) {
            return NONE;
        }
        List<String> items = List.of(list.split(",", -1));
        if (items.size() > MAX) {
            throw new IllegalArgumentException(items.size() + " addresses (expected: at most " + MAX + ")");
        }
        String[] texts = new String[items.size()];
        String[] hosts = new String[items.size()];
        int[] ports = new int[items.size()];
        for (int i = 0; i < texts.length; i++) {
            String item = items.get(i).strip().toLowerCase(Locale.ROOT);
            int colon = item.lastIndexOf(':');
            if (colon < 1 || item.length() > 262) {
                throw new IllegalArgumentException("'" + shortened(item) + "' (expected: host:port)");
            }
            ports[i] = port(item, colon + 1);
            hosts[i] = unbracketed(item.substring(0, colon), item);
            texts[i] = Address.textOf(hosts[i], ports[i]);
        }
        return new Tried(texts, hosts, ports);
    }

    boolean isEmpty() {
        return texts.length == 0;
    }

    boolean hasHost(String host) {
        for (String each : hosts) {
            if (each.equals(host)) {
                return true;
            }
        }
        return false;
    }

    boolean hasPort(int port) {
        for (int each : ports) {
            if (each == port) {
                return true;
            }
        }
        return false;
    }

    boolean has(Address address) {
        for (String each : texts) {
            if (each.equals(address.text)) {
                return true;
            }
        }
        return false;
    }

    private static int port(String item, int from) {
        int port = 0;
        for (int i = from; i < item.length(); i++) {
            char digit = item.charAt(i);
            port = digit < '0' || digit > '9' || port > 6553 ? -1 : port * 10 + (digit - '0');
            if (port < 0) {
                break;
            }
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("'" + shortened(item) + "' (expected: a port from 1 to 65535)");
        }
        return port;
    }

    private static String unbracketed(String host, String item) {
        boolean bracketed = host.length() > 2 && host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        boolean colons = bare.indexOf(':') >= 0;
        if (colons != bracketed || bare.indexOf('[') >= 0 || bare.indexOf(']') >= 0) {
            throw new IllegalArgumentException("'" + shortened(item) + "' (expected: host:port or [ipv6]:port)");
        }
        return bare;
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
