package io.carillon.room;

import io.carillon.room.connection.ConnectionLoop;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryOutcome;
import io.carillon.room.flicker.Flickers;
import io.carillon.room.flicker.KeptBinding;
import io.carillon.room.registration.Session;
import io.carillon.room.session.ClientSession;
import java.util.function.Consumer;

/**
 * What others address to a connection that is not there, but may be kept for its client or have an heir. An heir may be
 * on another loop, so it is told later, as a hint. Thread-safe, never blocks.
 */
final class LostConnections {
    private final Gateway gateway;
    private final Flickers flickers;

    LostConnections(Gateway gateway, Flickers flickers) {
        this.gateway = gateway;
        this.flickers = flickers;
    }

    DeliveryOutcome deliver(long connectionId, String app, String user, boolean stored) {
        return switch (flickers.note(connectionId, app, user, false)) {
            case Flickers.Found.Nowhere nowhere -> DeliveryOutcome.NO_SESSION;
            case Flickers.Found.Waits waits -> stored ? DeliveryOutcome.LATER : DeliveryOutcome.DROPPED;
            case Flickers.Found.Heir heir -> {
                onBinding(heir.connectionId(), app, user, Binding::onHint);
                yield stored ? DeliveryOutcome.LATER : DeliveryOutcome.DROPPED;
            }
        };
    }

    /** The session is registered, or can't be just now. */
    void mayLoad(Session session) {
        if (flickers.note(session.connectionId(), session.app(), session.user(), true)
                instanceof Flickers.Found.Heir heir) {
            onBinding(heir.connectionId(), session.app(), session.user(), Binding::onMayLoad);
        }
    }

    /**
     * A newer login of the user stands.
     *
     * @param moved it is the same device: where there is an heir, that is the newer login
     */
    void replaced(long connectionId, String app, String user, boolean moved) {
        KeptBinding ended = flickers.end(connectionId, app, user);
        if (ended != null) {
            ended.remains().release();
            gateway.replaced(ended.session());
            return;
        }
        long heir = flickers.heir(connectionId);
        if (heir != 0 && !moved) {
            // Somebody else had the user's messages for a moment.
            onBinding(heir, app, user, Binding::onHint);
        }
    }

    /** True where the binding waited for its client. */
    boolean kick(long connectionId, String app, String user) {
        KeptBinding ended = flickers.end(connectionId, app, user);
        if (ended == null) {
            return false;
        }
        ended.remains().release();
        gateway.closed(ended.session());
        return true;
    }

    private void onBinding(long connectionId, String app, String user, Consumer<Binding> action) {
        ConnectionLoop loop = gateway.loopOf(connectionId);
        if (loop != null) {
            loop.loop().execute(() -> {
                ClientSession session = Gateway.sessionOf(loop, connectionId);
                Binding binding = session == null ? null : session.binding(app, user);
                if (binding != null) {
                    action.accept(binding);
                }
            });
        }
    }
}
