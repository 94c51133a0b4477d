package io.carillon.room.connection;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.client.GoAway;
import io.carillon.room.broadcast.BindingSlots;
import io.carillon.room.delivery.Binding;
import io.carillon.room.loop.Loop;
import io.carillon.room.loop.TimingWheel;
import io.carillon.room.session.ClientSession;
import io.carillon.room.session.CloseReason;
import io.carillon.room.session.SessionLoop;
import io.carillon.room.session.Visitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop: their slots, their one timing wheel, and one flush for all that was written in a
 * turn. Event-loop confined, but for {@link #connections}.
 */
public final class ConnectionLoop implements BindingSlots {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);
    /** About 68 minutes; what is further off is looked at on the way. */
    private static final int TICKS = 1 << 14;

    private final SessionLoop shared;
    private final Loop loop;
    private final ConnectionCounters counters;
    private final Slots slots;
    private final TimingWheel wheel;
    private final PartialFrames partials;
    private List<Connection> unflushed = new ArrayList<>();
    private List<Connection> flushing = new ArrayList<>();
    private volatile int connections;
    private boolean stopped;
    private List<ConnectionLoop> siblings = List.of();

    public ConnectionLoop(SessionLoop shared, ConnectionCounters counters) {
        this.shared = shared;
        this.loop = shared.loop();
        this.counters = counters;
        this.slots = new Slots(loop.index());
        shared.broadcasts().attach(this);
        this.wheel = new TimingWheel(TICK_NS, TICKS, loop.nowNs());
        this.partials = new PartialFrames(
                shared.limits().partialBytesMax().bytes(),
                shared.limits().frameTimeout().toNanos());
    }

    /** Begins to look at deadlines. Any thread. */
    public void start() {
        loop.after(TICK_NS, this::tick);
    }

    /** Ends every connection and takes no more; returns at once. Any thread. */
    public void stop() {
        loop.execute(() -> {
            stopped = true;
            for (int slot = 0; slot < slots.highest(); slot++) {
                Connection connection = slots.at(slot);
                if (connection != null) {
                    connection.fail(ProtocolCode.SHUTTING_DOWN, "the room is stopping");
                }
            }
        });
    }

    public Loop loop() {
        return loop;
    }

    SessionLoop shared() {
        return shared;
    }

    ConnectionCounters counters() {
        return counters;
    }

    /** How many there are. Any thread. */
    public int connections() {
        return connections;
    }

    /** The connection of exactly this id; null where it is gone. */
    public @Nullable Connection connection(long id) {
        assert loop.inLoop();
        return slots.get(id);
    }

    /**
     * Hands over the logged in connections of {@code count} slots, for a walk in slices; {@code action} may end them.
     *
     * @return the slot to go on from; -1 where there is none
     */
    public int sessions(int from, int count, Consumer<ClientSession> action) {
        assert loop.inLoop();
        int end = Math.min(slots.highest(), from + count);
        for (int slot = from; slot < end; slot++) {
            Connection connection = slots.at(slot);
            ClientSession session = connection == null ? null : connection.session();
            if (session != null) {
                action.accept(session);
            }
        }
        return end < slots.highest() ? end : -1;
    }

    /**
     * A connection for a socket of this loop.
     *
     * @param beforeLogin what comes before CONNECT, such as a TLS handshake
     * @param visitor is told of its login or end
     */
    public Connection newConnection(Duration beforeLogin, Visitor visitor) {
        assert loop.inLoop();
        long id = slots.take();
        Connection connection = new Connection(this, id, beforeLogin, visitor);
        slots.put(id, connection);
        connections = slots.count();
        counters.opened();
        if (stopped) {
            connection.close(CloseReason.STOPPED);
        }
        return connection;
    }

    /** Ids of the connections that are logged in. */
    public long[] sessionIds() {
        assert loop.inLoop();
        LongStream.Builder ids = LongStream.builder();
        for (int slot = 0; slot < slots.highest(); slot++) {
            Connection connection = slots.at(slot);
            if (connection != null && connection.session() != null) {
                ids.add(connection.id());
            }
        }
        return ids.build().toArray();
    }

    /**
     * Asks a client to connect elsewhere.
     *
     * @param words by the client's transport
     * @return false where it is gone
     */
    public boolean sendAway(long id, Function<String, GoAway> words) {
        Connection connection = connection(id);
        if (connection == null || connection.session() == null) {
            return false;
        }
        connection.send(FrameType.GO_AWAY, words.apply(connection.transport()));
        return true;
    }

    /** Gives the loops of all connections; before the first of them. */
    public void attach(List<ConnectionLoop> all) {
        siblings = all;
    }

    /** The loop that a connection id names; null where it names none. */
    @Nullable
    ConnectionLoop sibling(long id) {
        int index = ConnectionId.loop(id);
        return index < siblings.size() ? siblings.get(index) : null;
    }

    /** The client of this connection is elsewhere already: what it had is kept for it. */
    void lose(long id) {
        Connection connection = connection(id);
        if (connection != null && connection.session() != null) {
            connection.lose();
        }
    }

    /** Closes a client that was asked to leave; false where it is gone. */
    public boolean closeSentAway(long id) {
        Connection connection = connection(id);
        if (connection == null || connection.session() == null) {
            return false;
        }
        connection.close(CloseReason.SENT_AWAY);
        return true;
    }

    @Override
    public int slots() {
        return slots.highest();
    }

    @Override
    public void forEach(int slot, Consumer<Binding> action) {
        Connection connection = slots.at(slot);
        ClientSession session = connection == null ? null : connection.session();
        if (session != null) {
            session.forEachBinding(action);
        }
    }

    @Override
    public void kick(Binding binding, ProtocolCode code, String reason) {
        Connection connection = slots.get(binding.session().connectionId());
        ClientSession session = connection == null ? null : connection.session();
        if (session != null) {
            session.kick(binding, code, reason);
        }
    }

    void release(Connection connection) {
        slots.release(connection.id());
        connections = slots.count();
    }

    TimingWheel wheel() {
        return wheel;
    }

    PartialFrames partials() {
        return partials;
    }

    private void tick() {
        long nowNs = loop.nowNs();
        wheel.advance(nowNs, id -> {
            Connection connection = slots.get(id);
            if (connection != null) {
                connection.onDeadline(nowNs);
            }
        });
        partials.endOverdue(nowNs);
        loop.after(TICK_NS, this::tick);
    }

    /** Has the connection flushed at the end of the loop's turn. */
    void flushLater(Connection connection) {
        unflushed.add(connection);
        if (unflushed.size() == 1) {
            loop.execute(this::flush);
        }
    }

    private void flush() {
        List<Connection> now = unflushed;
        unflushed = flushing;
        flushing = now;
        for (Connection connection : now) {
            connection.flush();
        }
        now.clear();
    }
}
