package io.carillon.sdk;

import io.carillon.protocol.client.UplinkAck;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the app sends up through its bindings: uplinks, requests for which a reply comes back, changes of tags. The methods
 * that {@link BoundUser} calls may be called on any thread and only put tasks on the client's; the others are confined to
 * it.
 */
final class Upstream {
    private final ClientPorts ports;
    private final Bindings bindings;
    private final Supplier<@Nullable Session> current;
    private final Uplinks uplinks;
    private final TagChanges tags = new TagChanges();
    private boolean closed;

    /** @param current the session of the moment, asked on the client's thread */
    Upstream(ClientPorts ports, int uplinksMax, Bindings bindings, Supplier<@Nullable Session> current) {
        this.ports = ports;
        this.bindings = bindings;
        this.current = current;
        this.uplinks = new Uplinks(ports, uplinksMax, this::pump);
    }

    // What the app calls, on any thread.

    CompletableFuture<UplinkReceipt> uplink(BoundUser user, String forwardType, byte[] payload, long deadlineMs) {
        CompletableFuture<UplinkReceipt> receipt = new CompletableFuture<>();
        ports.thread.execute(() -> {
            if (serves(user)) {
                uplinks.submit(user, forwardType, payload, deadlineMs, receipt, current.get());
            } else {
                uplinks.fail(receipt, UplinkException.Reason.CLOSED, "the binding or the client is closed");
            }
        });
        return receipt;
    }

    CompletableFuture<Message> request(BoundUser user, String forwardType, byte[] payload, long deadlineMs) {
        CompletableFuture<Message> reply = new CompletableFuture<>();
        ports.thread.execute(() -> {
            if (!serves(user)) {
                user.requests.fail(
                        reply,
                        new UplinkException(UplinkException.Reason.CLOSED, "the binding or the client is closed"));
            } else if (user.requests.full()) {
                user.requests.fail(
                        reply,
                        new UplinkException(UplinkException.Reason.QUEUE_FULL, "requests open: " + Requests.OPEN_MAX));
            } else {
                open(user, forwardType, payload, deadlineMs, reply);
            }
        });
        return reply;
    }

    void changeTags(BoundUser user, List<String> add, List<String> remove) {
        ports.thread.execute(() -> {
            if (serves(user)) {
                tags.submit(user, add, remove, current.get());
            }
        });
    }

    private boolean serves(BoundUser user) {
        return !closed && bindings.holds(user);
    }

    private void open(
            BoundUser user, String forwardType, byte[] payload, long deadlineMs, CompletableFuture<Message> reply) {
        CompletableFuture<UplinkReceipt> receipt = new CompletableFuture<>();
        String id = uplinks.submit(user, forwardType, payload, deadlineMs, receipt, current.get());
        if (id != null) {
            user.requests.add(id, reply, deadlineMs);
        }
        receipt.whenComplete((confirmed, failure) -> {
            if (failure != null) {
                ports.thread.execute(() -> {
                    if (id == null) {
                        user.requests.fail(reply, failure);
                    } else {
                        user.requests.fail(id, failure);
                    }
                });
            }
        });
    }

    // What the client tells.

    /** Something may be sendable now: a session is there, or a user is bound. */
    void pump() {
        Session session = current.get();
        uplinks.pump(session);
        tags.pump(session);
    }

    void onUplinkAck(Session session, UplinkAck ack) {
        uplinks.onAck(session, ack);
    }

    /** What was sent on it and not confirmed is to be sent again. */
    void onSessionLost(Session lost) {
        uplinks.onSessionLost(lost);
    }

    /** The binding has ended: what waits of it fails. */
    void drop(BoundUser user) {
        uplinks.drop(user, "the binding was ended");
        tags.drop(user);
        user.requests.close("the binding was ended");
    }

    /** All uplinks that wait fail; the requests of each binding end with it. */
    void close() {
        closed = true;
        uplinks.close();
        tags.close();
    }
}
