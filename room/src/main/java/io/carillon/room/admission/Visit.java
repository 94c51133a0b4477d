package io.carillon.room.admission;

import io.carillon.room.session.Refusal;
import io.carillon.room.session.Visitor;
import org.jspecify.annotations.Nullable;

/** One connection from its accept to its login or end. Event-loop confined; nothing of it is left after the login. */
public final class Visit implements Visitor {
    private final Admission admission;
    private final Handshakes handshakes;
    private final long addressKey;
    private final boolean trusted;
    private @Nullable Handshake handshake;
    private boolean over;

    Visit(Admission admission, Handshakes handshakes, long addressKey, boolean trusted) {
        this.admission = admission;
        this.handshakes = handshakes;
        this.addressKey = addressKey;
        this.trusted = trusted;
    }

    /** Its first bytes are there. False: they have to wait, and {@code handshake} is told when it goes on. */
    public boolean begin(Handshake its) {
        if (over) {
            return true;
        }
        handshake = its;
        return handshakes.begin(this);
    }

    void resume() {
        if (handshake != null) {
            handshake.resume();
        }
    }

    /** The caller counts on it to leave at once. */
    void cut() {
        Handshake its = handshake;
        left();
        admission.count(RefusalReason.HANDSHAKE);
        if (its != null) {
            its.cut();
        }
    }

    @Override
    public @Nullable Refusal askToLogIn(String deviceId) {
        return admission.login(deviceId, addressKey, trusted);
    }

    @Override
    public void loggedIn() {
        if (!over) {
            admission.countLogin();
        }
        left();
    }

    @Override
    public void left() {
        if (over) {
            return;
        }
        over = true;
        handshake = null;
        admission.left(addressKey);
        handshakes.end(this);
    }
}
