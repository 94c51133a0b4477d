package io.carillon.room.broadcast;

import io.carillon.protocol.ProtocolCode;
import io.carillon.room.delivery.Binding;
import java.util.function.Consumer;

/** The connections of one loop, as a walk needs them: by slot, each with its bindings. Event-loop confined. */
public interface BindingSlots {
    /** Slots that were ever used; each stands for one connection or none. */
    int slots();

    /** Every binding of the slot's connection. {@code action} may end them. */
    void forEach(int slot, Consumer<Binding> action);

    /** Tells the client why, and ends its binding. */
    void kick(Binding binding, ProtocolCode code, String reason);
}
