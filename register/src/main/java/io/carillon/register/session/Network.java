package io.carillon.register.session;

/** The kind of network that a client named. */
public enum Network {
    UNNAMED("", 0),
    WIFI("wifi", 1),
    CELLULAR("cellular", 2),
    WIRED("wired", 3);

    private static final Network[] ALL = values();

    private final String label;
    private final int stored;

    Network(String label, int stored) {
        this.label = label;
        this.stored = stored;
    }

    public String label() {
        return label;
    }

    /** UNNAMED for a word that this release does not know. */
    public static Network of(String label) {
        for (Network network : ALL) {
            if (network.label.equals(label)) {
                return network;
            }
        }
        return UNNAMED;
    }

    /** The number in an entry; entries do not outlive the process. */
    int stored() {
        return stored;
    }

    static Network ofStored(int stored) {
        for (Network network : ALL) {
            if (network.stored == stored) {
                return network;
            }
        }
        return UNNAMED;
    }
}
