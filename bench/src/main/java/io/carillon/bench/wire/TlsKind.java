package io.carillon.bench.wire;

import java.util.Locale;

/** How devices log in over TLS 1.3. */
public enum TlsKind {
    /** Not at all: plain TCP. */
    NONE,
    /** Each login with a full handshake: devices keep no tickets. */
    FULL,
    /** Who was connected before resumes its session with a ticket; the first login of each is a full handshake. */
    RESUMED;

    /** As it is written. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException where it is none of the words */
    public static TlsKind of(String word) {
        for (TlsKind kind : values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("tls: " + word + " (expected: full, resumed or none)");
    }
}
