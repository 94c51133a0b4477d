package io.carillon.sdk;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.protocol.client.Kicked;
import io.carillon.sdk.wire.Frames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The up to 16 bindings of a client: their tokens, and what the room says of each. The array is guarded by this; all else
 * is confined to the client's thread.
 */
final class Bindings {
    private static final long ASK_SPAN_MS = TimeUnit.HOURS.toMillis(1);
    private static final int ASKS_MAX = 3;
    private static final long SOURCE_RETRY_MS_MIN = 1_000;
    private static final long SOURCE_RETRY_MS_MAX = 300_000;
    private static final long REBIND_MS = 2_000;
    private static final int IN_PROGRESS_PER_WINDOW = 4;
    private static final int RETRYABLE_CODES = 300;

    /** Broadcasts that a CONNECT names: it has to stay below 8 KiB with all its tokens. */
    private static final int SEEN_IN_CONNECT_MAX = 256;

    private final ClientPorts ports;
    private final ClientSettings settings;
    private final Owner owner;
    private final Preparation preparation;

    /** By number. */
    private final @Nullable BoundUser[] users = new @Nullable BoundUser[ProtocolVersion.BINDINGS_MAX];

    /** Told what follows. */
    interface Owner {
        /** It can go into a CONNECT or BIND now. */
        void onReady(BoundUser user);

        void onBound(BoundUser user);

        void onEnded(BoundUser user, EndReason reason, String text, @Nullable String newcomer);

        void onTokenRefused(BoundUser user, String text);

        void onWrongPool();

        /** The server's clock, milliseconds since 1970. */
        long serverMs();

        /** The connection of the moment. */
        @Nullable
        Session session();
    }

    /** Sends what became of a message of a binding. */
    interface UserAcks {
        void ack(BoundUser user, int kind, int argument, long seq, boolean broadcast);
    }

    Bindings(ClientPorts ports, ClientSettings settings, Owner owner) {
        this.ports = ports;
        this.settings = settings;
        this.owner = owner;
        this.preparation = new Preparation(ports, new Preparation.LateCursor() {
            @Override
            public boolean wanted(BoundUser user) {
                return holds(user);
            }

            @Override
            public void onRead(BoundUser user) {
                bindAnew(user);
            }
        });
    }

    /** Adds one under the lowest free number; on any thread. */
    synchronized BoundUser add(
            ClientCore core,
            Upstream upstream,
            String app,
            String user,
            TokenSource tokens,
            AsyncMessageListener listener,
            UserAcks acks) {
        check("app", app, ProtocolVersion.APP_BYTES_MAX);
        check("user", user, ProtocolVersion.USER_BYTES_MAX);
        int free = -1;
        for (int i = users.length - 1; i >= 0; i--) {
            BoundUser other = users[i];
            if (other == null) {
                free = i;
            } else if (other.app.equals(app) && other.user.equals(user)) {
                throw new IllegalStateException("bound already: user " + user + " of app " + app);
            }
        }
        if (free < 0) {
            throw new IllegalStateException("bindings: " + users.length + " (expected: at most " + users.length + ")");
        }
        BoundUser[] added = new BoundUser[1];
        Requests requests = new Requests(ports);
        Inbox inbox = new Inbox(
                ports.thread,
                new SerialExecutor(ports.callbacks),
                listener,
                new SeenRecorder(
                        ports.thread, ports.background, ports.timers, ports.store, Preparation.journal(app, user)),
                requests,
                new BroadcastCursors(ports, Preparation.cursor(app, user)),
                new NoticeWaits(ports, owner::serverMs, settings.deviceId, settings.receiveWindow),
                (kind, argument, seq, broadcast) -> acks.ack(added[0], kind, argument, seq, broadcast),
                IN_PROGRESS_PER_WINDOW * settings.receiveWindow);
        added[0] = new BoundUser(core, upstream, app, user, free, tokens, inbox, requests);
        users[free] = added[0];
        return added[0];
    }

    private static void check(String name, String value, int bytesMax) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > bytesMax) {
            throw new IllegalArgumentException(name + ": " + bytes + " bytes (expected: 1 to " + bytesMax + ")");
        }
    }

    synchronized boolean holds(BoundUser user) {
        return users[user.number] == user;
    }

    synchronized boolean remove(BoundUser user) {
        if (!holds(user)) {
            return false;
        }
        users[user.number] = null;
        user.ended = true;
        return true;
    }

    void close() {
        for (BoundUser user : all()) {
            user.inbox.close();
            user.requests.close("the client was closed");
            user.bound = false;
            remove(user);
        }
    }

    private synchronized List<BoundUser> all() {
        List<BoundUser> all = new ArrayList<>();
        for (BoundUser user : users) {
            if (user != null) {
                all.add(user);
            }
        }
        return all;
    }

    /** The app of the first binding: a connection is made for its rooms. */
    String app() {
        for (BoundUser user : all()) {
            if (!user.ended) {
                return user.app;
            }
        }
        return "";
    }

    boolean anyReady() {
        return all().stream().anyMatch(BoundUser::ready);
    }

    /** Whether there is one that the room has not ended. */
    boolean anyWanted() {
        return all().stream().anyMatch(user -> !user.ended);
    }

    void prepareAll() {
        for (BoundUser user : all()) {
            prepare(user);
        }
    }

    /** Fetches what the binding needs before it can be asked for. */
    void prepare(BoundUser user) {
        if (user.preparing || user.ended) {
            return;
        }
        if (user.ready()) {
            owner.onReady(user);
            return;
        }
        user.preparing = true;
        preparation.run(user, () -> onPrepared(user));
    }

    private void onPrepared(BoundUser user) {
        user.preparing = false;
        if (user.ready()) {
            user.sourceFailures = 0;
            owner.onReady(user);
        } else if (!user.ended) {
            int failures = user.sourceFailures++;
            long waitMs = Math.min(SOURCE_RETRY_MS_MAX, SOURCE_RETRY_MS_MIN << Math.min(10, failures));
            ports.after(waitMs, () -> prepare(user));
        }
    }

    /** What a CONNECT asks for. */
    List<BindRequest> requests() {
        List<BoundUser> ready = all();
        ready.removeIf(user -> !user.ready());
        List<BindRequest> requests = new ArrayList<>();
        for (BoundUser user : ready) {
            user.connectUnread = user.inbox.cursorUnread();
            requests.add(request(user, SEEN_IN_CONNECT_MAX / ready.size()));
        }
        return requests;
    }

    private static BindRequest request(BoundUser user, int seenMax) {
        BindRequest.Builder request = BindRequest.newBuilder().setBinding(user.number);
        BroadcastCursor cursor = user.inbox.broadcastCursor(seenMax);
        if (cursor != null) {
            request.setCursor(cursor);
        }
        String token = user.token;
        return token == null ? request.build() : request.setToken(token).build();
    }

    void bindOn(Session session, BoundUser user) {
        if (user.ready() && !session.isBound(user) && user.asked != session) {
            user.asked = session;
            user.bindUnread = user.inbox.cursorUnread();
            session.send(Frames.of(
                    FrameType.BIND,
                    Bind.newBuilder()
                            .setBinding(request(user, BroadcastCursors.SEEN_MAX))
                            .build()));
        }
    }

    /**
     * Ends the binding on the room's side alone, and asks for it again with what is known by now. What the room has on its
     * way for the old one goes nowhere, its floors above all.
     */
    private void bindAnew(BoundUser user) {
        Session session = owner.session();
        if (session == null) {
            return;
        }
        if (session.isBound(user)) {
            session.release(user);
            user.bound = false;
            session.send(unbind(user));
            bindOn(session, user);
        }
    }

    private static ByteBuffer unbind(BoundUser user) {
        return Frames.of(
                FrameType.UNBIND,
                io.carillon.protocol.client.Unbind.newBuilder()
                        .setBinding(user.number)
                        .build());
    }

    /** The outcomes of a CONNECT; what became ready since it was sent is asked for now. */
    void onLoggedIn(Session session, List<BindOutcome> outcomes) {
        List<BoundUser> others = all();
        for (BindOutcome outcome : outcomes) {
            BoundUser user = byNumber(outcome.getBinding());
            if (user != null && others.remove(user)) {
                user.asked = session;
                onOutcome(session, outcome, user, user.connectUnread);
            }
        }
        for (BoundUser user : others) {
            bindOn(session, user);
        }
    }

    void onOutcome(Session session, BindOutcome outcome) {
        BoundUser user = byNumber(outcome.getBinding());
        if (user != null && user.asked == session) {
            onOutcome(session, outcome, user, user.bindUnread);
        }
    }

    private void onOutcome(Session session, BindOutcome outcome, BoundUser user, boolean askedUnread) {
        user.asked = null;
        int code = outcome.getCode();
        if (code != 0) {
            onRefused(user, code, outcome.getText());
        } else if (!outcome.getApp().equals(user.app) || !outcome.getUser().equals(user.user)) {
            end(user, EndReason.WRONG_TOKEN, "the token is for " + outcome.getUser() + " of " + outcome.getApp());
            session.send(unbind(user));
        } else {
            session.bind(user);
            user.bound = true;
            owner.onBound(user);
            if (askedUnread && !user.inbox.cursorUnread()) {
                bindAnew(user);
            }
        }
    }

    void onKicked(Session session, Kicked kicked) {
        BoundUser user = byNumber(kicked.getBinding());
        if (user == null || !session.isBound(user)) {
            return;
        }
        session.release(user);
        user.bound = false;
        if (kicked.getCode() == ProtocolCode.REPLACED.wire()) {
            end(user, EndReason.REPLACED, kicked.getReason(), kicked.getNewcomerDevice());
        } else {
            onRefused(user, kicked.getCode(), kicked.getReason());
        }
    }

    void onSessionLost() {
        for (BoundUser user : all()) {
            user.bound = false;
            user.asked = null;
        }
    }

    private void onRefused(BoundUser user, int wire, String text) {
        ProtocolCode code = ProtocolCode.of(wire);
        if (wire >= RETRYABLE_CODES || wire < ProtocolCode.TOKEN_REFUSED.wire()) {
            askAgain(user);
        } else if (code == ProtocolCode.TOKEN_REFUSED) {
            owner.onTokenRefused(user, text);
            renewToken(user);
        } else if (code == ProtocolCode.WRONG_POOL) {
            owner.onWrongPool();
            askAgain(user);
        } else {
            end(user, reason(code), text);
        }
    }

    private static EndReason reason(@Nullable ProtocolCode code) {
        if (code == ProtocolCode.KICKED) {
            return EndReason.KICKED;
        }
        if (code == ProtocolCode.BANNED) {
            return EndReason.BANNED;
        }
        return code == ProtocolCode.APP_UNKNOWN ? EndReason.APP_UNKNOWN : EndReason.REFUSED;
    }

    private void askAgain(BoundUser user) {
        long waitMs = (long) (REBIND_MS * (1 + ports.random.nextDouble()));
        ports.after(waitMs, () -> {
            Session session = owner.session();
            if (holds(user) && session != null) {
                bindOn(session, user);
            }
        });
    }

    private void renewToken(BoundUser user) {
        user.token = null;
        long now = ports.nowMs();
        while (!user.tokenAsksMs.isEmpty() && now - user.tokenAsksMs.peekFirst() >= ASK_SPAN_MS) {
            user.tokenAsksMs.removeFirst();
        }
        long waitMs = 0;
        if (user.tokenAsksMs.size() >= ASKS_MAX) {
            waitMs = user.tokenAsksMs.removeFirst() + ASK_SPAN_MS - now;
        }
        user.tokenAsksMs.addLast(now + waitMs);
        ports.after(waitMs, () -> prepare(user));
    }

    private void end(BoundUser user, EndReason reason, String text) {
        end(user, reason, text, null);
    }

    private void end(BoundUser user, EndReason reason, String text, @Nullable String newcomer) {
        user.ended = true;
        // What was good for the session that ended may be what it ended for.
        user.token = null;
        owner.onEnded(user, reason, text, newcomer);
    }

    private synchronized @Nullable BoundUser byNumber(int number) {
        return number >= 0 && number < users.length ? users[number] : null;
    }
}
