package io.carillon.dispatcher.choice;

import org.jspecify.annotations.Nullable;

/** How a listener is spoken to. */
public enum Transport {
    TCP("tcp", 1),
    TLS("tls", 2),
    WS("ws", 4),
    WSS("wss", 8);

    /** Set of all of them. */
    public static final int ALL = 15;

    private static final Transport[] VALUES = values();

    private final String label;
    private final int bit;

    Transport(String label, int bit) {
        this.label = label;
        this.bit = bit;
    }

    public String label() {
        return label;
    }

    /** This one as a set. */
    public int bit() {
        return bit;
    }

    public static @Nullable Transport of(String label) {
        for (Transport transport : VALUES) {
            if (transport.label.equals(label)) {
                return transport;
            }
        }
        return null;
    }
}
