package io.carillon.room.flicker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of one lost connection: waiting for its client, then pointing to the connection that has it. Thread-safe.
 */
public final class KeptConnection {
    private final long id;
    private final String deviceId;
    private final long untilNs;
    private final List<KeptBinding> bindings;
    /** 0: nobody came yet. */
    private long heir;
    /** Everything is over but the pointing. */
    private boolean settled;

    KeptConnection(long id, String deviceId, long untilNs, List<KeptBinding> bindings) {
        this.id = id;
        this.deviceId = deviceId;
        this.untilNs = untilNs;
        this.bindings = new ArrayList<>(bindings);
    }

    long id() {
        return id;
    }

    long untilNs() {
        return untilNs;
    }

    /** Gives the state to a connection of the same device, once; false where it is not to be had. */
    synchronized boolean claim(String device, long newConnection) {
        if (heir != 0 || settled || bindings.isEmpty() || !deviceId.equals(device)) {
            return false;
        }
        heir = newConnection;
        return true;
    }

    /** For the heir: takes one binding out; null where the lost connection had another one, or none, of this number. */
    public synchronized @Nullable KeptBinding take(int number, String app, String user) {
        for (KeptBinding binding : bindings) {
            if (binding.is(number, app, user)) {
                bindings.remove(binding);
                return binding;
            }
        }
        return null;
    }

    /** Takes out what nobody wanted. */
    public synchronized List<KeptBinding> takeRest() {
        List<KeptBinding> rest = List.copyOf(bindings);
        bindings.clear();
        return rest;
    }

    /** The heir; 0: none yet. */
    synchronized long heir() {
        return heir;
    }

    /** Nobody comes any more: what is left, none where there is an heir. */
    synchronized List<KeptBinding> expire() {
        settled = true;
        return heir == 0 ? takeRest() : List.of();
    }

    /**
     * Something came for a binding that waits.
     *
     * @param mayLoad it is registered now
     * @return false where it does not wait here
     */
    synchronized boolean note(String app, String user, boolean mayLoad) {
        KeptBinding binding = heir == 0 ? find(app, user) : null;
        if (binding == null) {
            return false;
        }
        binding.remains().note(mayLoad);
        return true;
    }

    /** Ends a binding that waits; null where it does not wait here. */
    synchronized @Nullable KeptBinding end(String app, String user) {
        KeptBinding binding = heir == 0 ? find(app, user) : null;
        if (binding != null) {
            bindings.remove(binding);
        }
        return binding;
    }

    private @Nullable KeptBinding find(String app, String user) {
        for (KeptBinding binding : bindings) {
            if (binding.is(app, user)) {
                return binding;
            }
        }
        return null;
    }
}
