package io.carillon.room.session;

import io.carillon.room.broadcast.BroadcastLoop;
import io.carillon.room.delivery.Binding;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The bindings of a connection: at most sixteen, usually one, so a short array. Event-loop confined. */
final class BindingTable {
    private static final Binding[] EMPTY = {};

    private Binding[] bindings = EMPTY;

    boolean isEmpty() {
        return bindings.length == 0;
    }

    int size() {
        return bindings.length;
    }

    /** Any one; null where there is none. */
    @Nullable
    Binding first() {
        return bindings.length == 0 ? null : bindings[0];
    }

    /** Tells of each that its client was heard; here, so that no call is made up for it. */
    void heard(BroadcastLoop broadcasts) {
        for (Binding binding : bindings) {
            broadcasts.heard(binding);
        }
    }

    @Nullable
    Binding get(int number) {
        for (Binding binding : bindings) {
            if (binding.number() == number) {
                return binding;
            }
        }
        return null;
    }

    @Nullable
    Binding get(String app, String user) {
        for (Binding binding : bindings) {
            if (binding.is(app, user)) {
                return binding;
            }
        }
        return null;
    }

    void add(Binding binding) {
        bindings = Arrays.copyOf(bindings, bindings.length + 1);
        bindings[bindings.length - 1] = binding;
    }

    /** Removes exactly this one. */
    void remove(Binding binding) {
        bindings = Arrays.stream(bindings).filter(other -> other != binding).toArray(Binding[]::new);
    }

    void clear() {
        bindings = EMPTY;
    }

    /** {@code action} may remove. */
    void forEach(Consumer<Binding> action) {
        for (Binding binding : bindings) {
            action.accept(binding);
        }
    }

    /** When the oldest message in flight that was written after that was written; {@link Long#MAX_VALUE}: none. */
    long oldestWrittenAfterMs(long afterMs) {
        long oldest = Long.MAX_VALUE;
        for (Binding binding : bindings) {
            oldest = Math.min(oldest, binding.oldestWrittenAfterMs(afterMs));
        }
        return oldest;
    }
}
