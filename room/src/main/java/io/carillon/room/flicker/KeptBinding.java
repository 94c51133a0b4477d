package io.carillon.room.flicker;

import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.room.delivery.Remains;
import io.carillon.room.registration.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One binding of a lost connection. Handed from loop to loop; what changes is guarded by its {@link KeptConnection}. */
public final class KeptBinding {
    private final Session session;
    private final int number;
    private final Remains remains;
    private final @Nullable BroadcastCursor cursor;
    private final @Nullable List<String> tags;

    /**
     * @param cursor how far the client has the app's broadcasts; null: not known
     * @param tags of the user; null: not known
     */
    public KeptBinding(
            Session session,
            int number,
            Remains remains,
            @Nullable BroadcastCursor cursor,
            @Nullable List<String> tags) {
        this.session = session;
        this.number = number;
        this.remains = remains;
        this.cursor = cursor;
        this.tags = tags;
    }

    public Session session() {
        return session;
    }

    public Remains remains() {
        return remains;
    }

    public @Nullable BroadcastCursor cursor() {
        return cursor;
    }

    public @Nullable List<String> tags() {
        return tags;
    }

    boolean is(String app, String user) {
        return session.user().equals(user) && session.app().equals(app);
    }

    boolean is(int ofNumber, String app, String user) {
        return number == ofNumber && is(app, user);
    }
}
