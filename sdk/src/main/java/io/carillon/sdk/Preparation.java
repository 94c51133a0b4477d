package io.carillon.sdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what a binding needs before a room is asked for it: what it has seen, and a token. Both may wait, so it
 * runs on the background threads. A journal that can't be read counts as empty: a repeat is better than silence. A
 * broadcast cursor that can't be read does not, since that would be silence: it is read again, after 1 s to 60 s, while
 * the binding goes on without.
 */
final class Preparation {
    private static final long RETRY_MS_MIN = 1_000;
    private static final long RETRY_MS_MAX = 60_000;

    private final ClientPorts ports;
    private final LateCursor late;

    /** Concerned with what could be read only after the binding had gone on without. On the client's thread. */
    interface LateCursor {
        /** Whether it is worth another read. */
        boolean wanted(BoundUser user);

        /** A login since then has claimed less than is known now. */
        void onRead(BoundUser user);
    }

    Preparation(ClientPorts ports, LateCursor late) {
        this.ports = ports;
        this.late = late;
    }

    /** The name of a binding's journal in the store. */
    static String journal(String app, String user) {
        return name("seen-", app, user);
    }

    /** The key of a binding's broadcast cursor in the store. */
    static String cursor(String app, String user) {
        return name("cursor-", app, user);
    }

    private static String name(String prefix, String app, String user) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(app.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            byte[] hash = digest.digest(user.getBytes(StandardCharsets.UTF_8));
            StringBuilder name = new StringBuilder(prefix);
            for (int i = 0; i < 16; i++) {
                name.append(Character.forDigit((hash[i] >> 4) & 0xF, 16)).append(Character.forDigit(hash[i] & 0xF, 16));
            }
            return name.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a platform without SHA-256", e);
        }
    }

    /** Calls {@code onPrepared} on the client's thread, whatever came of it. */
    void run(BoundUser user, Runnable onPrepared) {
        boolean restored = user.restored;
        String token = user.token;
        try {
            ports.background.execute(() -> {
                List<byte[]> seen = restored ? null : seen(user);
                BroadcastCursors.Stored cursor = restored ? null : cursor(user);
                String fetched = token == null ? fetch(user) : token;
                ports.thread.execute(() -> {
                    if (seen != null && cursor != null) {
                        user.inbox.restore(seen);
                        user.inbox.restore(cursor);
                        user.restored = true;
                        if (!cursor.read) {
                            readAgain(user, RETRY_MS_MIN);
                        }
                    }
                    user.token = fetched;
                    onPrepared.run();
                });
            });
        } catch (RejectedExecutionException e) {
            onPrepared.run();
        }
    }

    private BroadcastCursors.Stored cursor(BoundUser user) {
        return BroadcastCursors.load(ports.store, cursor(user.app, user.user));
    }

    private void readAgain(BoundUser user, long waitMs) {
        ports.after(waitMs, () -> {
            if (!late.wanted(user)) {
                return;
            }
            try {
                ports.background.execute(() -> {
                    BroadcastCursors.Stored cursor = cursor(user);
                    ports.thread.execute(() -> onReadAgain(user, cursor, waitMs));
                });
            } catch (RejectedExecutionException e) {
                // The runtime is closed; the next process reads it.
                return;
            }
        });
    }

    private void onReadAgain(BoundUser user, BroadcastCursors.Stored cursor, long waitedMs) {
        boolean more = user.inbox.restore(cursor);
        if (!cursor.read) {
            readAgain(user, Math.min(RETRY_MS_MAX, 2 * waitedMs));
        } else if (more && late.wanted(user)) {
            late.onRead(user);
        }
    }

    private List<byte[]> seen(BoundUser user) {
        try {
            return ports.store.seen(journal(user.app, user.user));
        } catch (IOException | RuntimeException e) {
            return new ArrayList<>();
        }
    }

    /** The source is the app's own code: whatever it throws means that there is no token just now. */
    private static @Nullable String fetch(BoundUser user) {
        try {
            String token = user.tokens.token(user.app, user.user);
            return token == null || token.isEmpty() ? null : token;
        } catch (Exception e) {
            return null;
        }
    }
}
