package io.carillon.sdk;

import io.carillon.sdk.heartbeat.HeartbeatPolicy;
import io.carillon.sdk.route.AddressBook;
import io.carillon.sdk.route.AddressBookCodec;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Keeps what was learned of networks in the store. What can't be read or written is learned anew. Confined to its client's thread. */
final class LearnedState {
    private static final String ADDRESSES = "addresses";
    private static final String HEARTBEAT = "heartbeat";
    private static final long GATHER_MS = 1_000;

    private final ClientPorts ports;
    private final AddressBook book;
    private final HeartbeatPolicy heartbeat;
    private final Alarm alarm;
    private byte[] savedAddresses = new byte[0];
    private byte[] savedHeartbeat = new byte[0];

    LearnedState(ClientPorts ports, AddressBook book, HeartbeatPolicy heartbeat) {
        this.ports = ports;
        this.book = book;
        this.heartbeat = heartbeat;
        this.alarm = new Alarm(ports);
    }

    /** Reads the store, then calls {@code onRestored} on the client's thread. */
    void restore(Runnable onRestored) {
        try {
            ports.background.execute(() -> {
                byte[] addresses = load(ADDRESSES);
                byte[] beats = load(HEARTBEAT);
                ports.thread.execute(() -> {
                    AddressBookCodec.read(addresses, book);
                    heartbeat.restore(beats);
                    onRestored.run();
                });
            });
        } catch (RejectedExecutionException e) {
            ports.thread.execute(onRestored);
        }
    }

    /** Writes a little later what has changed by then. */
    void save() {
        if (!alarm.isSet()) {
            alarm.set(GATHER_MS, this::write);
        }
    }

    private void write() {
        byte[] addresses = AddressBookCodec.write(book);
        byte[] beats = heartbeat.save();
        boolean newAddresses = !Arrays.equals(addresses, savedAddresses);
        boolean newBeats = !Arrays.equals(beats, savedHeartbeat);
        savedAddresses = addresses;
        savedHeartbeat = beats;
        if (!newAddresses && !newBeats) {
            return;
        }
        try {
            ports.background.execute(() -> {
                if (newAddresses) {
                    store(ADDRESSES, addresses);
                }
                if (newBeats) {
                    store(HEARTBEAT, beats);
                }
            });
        } catch (RejectedExecutionException e) {
            // The runtime is closed; what was learned since the last time is learned again.
            return;
        }
    }

    private byte @Nullable [] load(String key) {
        try {
            return ports.store.load(key);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private void store(String key, byte[] value) {
        try {
            ports.store.save(key, value);
        } catch (IOException | RuntimeException e) {
            // Written again with the next change.
            return;
        }
    }
}
