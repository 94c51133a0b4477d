package io.carillon.room.session;

import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.FlickerHandle;
import io.carillon.room.flicker.KeptBinding;
import io.carillon.room.flicker.KeptConnection;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** What a CONNECT that names a lost connection finds of it. Event-loop confined. */
final class Resumption {
    private final @Nullable KeptConnection kept;
    private boolean used;

    private Resumption(@Nullable KeptConnection kept) {
        this.kept = kept;
    }

    /**
     * The connection that the client had, as it proves, and whose loss the room may not have noticed yet; 0: none. The
     * network that a client has left does not tell the room.
     */
    static long named(SessionLoop shared, Connect connect) {
        long id = connect.getResume().getConnectionId();
        return connect.hasResume()
                        && isProven(shared, connect.getResume())
                        && !shared.flickers().has(id)
                ? id
                : 0;
    }

    private static boolean isProven(SessionLoop shared, FlickerHandle handle) {
        byte[] secret = shared.secrets().of(handle.getConnectionId());
        return MessageDigest.isEqual(secret, handle.getSecret().toByteArray());
    }

    /** Nothing, where none is named, its secret is wrong, or its state is not kept. */
    static Resumption of(SessionLoop shared, long connectionId, Connect connect) {
        if (!connect.hasResume()) {
            return new Resumption(null);
        }
        FlickerHandle handle = connect.getResume();
        if (!isProven(shared, handle)) {
            shared.flickers().refused();
            return new Resumption(null);
        }
        return new Resumption(shared.flickers().claim(handle.getConnectionId(), connect.getDeviceId(), connectionId));
    }

    /** The state of one binding; null where there is none of this number for this user. */
    @Nullable
    KeptBinding take(int number, String app, String user) {
        KeptBinding binding = kept == null ? null : kept.take(number, app, user);
        used |= binding != null;
        return binding;
    }

    boolean used() {
        return used;
    }

    /** What the client did not ask for again is over. */
    void endRest(SessionLoop shared) {
        if (kept != null) {
            for (KeptBinding binding : kept.takeRest()) {
                binding.remains().release();
                shared.registration().closed(binding.session());
            }
        }
    }
}
