package io.carillon.sdk;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One binding. The fields that are not final are confined to the client's thread unless they say otherwise. */
final class BoundUser implements Binding {
    private static final Duration UPLINK_DEADLINE_MAX = Duration.ofMinutes(10);
    private static final int FORWARD_TYPE_BYTES_MAX = 64;
    private static final int TAG_BYTES_MAX = 64;

    final String app;
    final String user;
    final int number;
    final TokenSource tokens;
    final Inbox inbox;
    final Requests requests;
    private final ClientCore core;
    private final Upstream upstream;

    /** When the source was asked again after a refusal. */
    final ArrayDeque<Long> tokenAsksMs = new ArrayDeque<>();

    @Nullable
    String token;

    boolean restored;
    boolean preparing;

    /** Whether the room or the app ended it. Set by the app's thread too, when it unbinds. */
    volatile boolean ended;

    int sourceFailures;

    /** The session on which a BIND is under way. */
    @Nullable
    Session asked;

    /** Whether the last CONNECT, and the last BIND, named no cursor because the store could not be read. */
    boolean connectUnread;

    boolean bindUnread;

    /** Written on the client's thread, read anywhere. */
    volatile boolean bound;

    BoundUser(
            ClientCore core,
            Upstream upstream,
            String app,
            String user,
            int number,
            TokenSource tokens,
            Inbox inbox,
            Requests requests) {
        this.core = core;
        this.upstream = upstream;
        this.app = app;
        this.user = user;
        this.number = number;
        this.tokens = tokens;
        this.inbox = inbox;
        this.requests = requests;
    }

    /** Whether it can go into a CONNECT or BIND. */
    boolean ready() {
        return !ended && restored && token != null;
    }

    @Override
    public String app() {
        return app;
    }

    @Override
    public String user() {
        return user;
    }

    @Override
    public boolean isBound() {
        return bound;
    }

    @Override
    public CompletableFuture<UplinkReceipt> uplink(String forwardType, byte[] payload) {
        return uplink(forwardType, payload, UPLINK_DEADLINE_MAX);
    }

    @Override
    public CompletableFuture<UplinkReceipt> uplink(String forwardType, byte[] payload, Duration deadline) {
        check(forwardType, deadline);
        return upstream.uplink(this, forwardType, payload.clone(), deadline.toMillis());
    }

    @Override
    public CompletableFuture<Message> request(String forwardType, byte[] payload, Duration deadline) {
        check(forwardType, deadline);
        return upstream.request(this, forwardType, payload.clone(), deadline.toMillis());
    }

    private static void check(String forwardType, Duration deadline) {
        int typeBytes = forwardType.getBytes(StandardCharsets.UTF_8).length;
        if (typeBytes == 0 || typeBytes > FORWARD_TYPE_BYTES_MAX) {
            throw new IllegalArgumentException("forward type: " + typeBytes + " bytes (expected: 1 to 64)");
        }
        if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(UPLINK_DEADLINE_MAX) > 0) {
            throw new IllegalArgumentException("deadline: " + deadline + " (expected: > 0, at most 10 minutes)");
        }
    }

    @Override
    public void changeTags(Collection<String> add, Collection<String> remove) {
        upstream.changeTags(this, checked("add", add), checked("remove", remove));
    }

    private static List<String> checked(String name, Collection<String> tags) {
        List<String> copy = List.copyOf(tags);
        if (copy.size() > TagChanges.TAGS_MAX) {
            throw new IllegalArgumentException(
                    name + ": " + copy.size() + " tags (expected: at most " + TagChanges.TAGS_MAX + ")");
        }
        for (String tag : copy) {
            int bytes = tag.getBytes(StandardCharsets.UTF_8).length;
            if (bytes == 0 || bytes > TAG_BYTES_MAX) {
                throw new IllegalArgumentException(
                        name + ": a tag of " + bytes + " bytes (expected: 1 to " + TAG_BYTES_MAX + ")");
            }
        }
        return copy;
    }

    @Override
    public void resume() {
        core.resume(this);
    }

    @Override
    public void unbind() {
        core.unbind(this);
    }

    @Override
    public String toString() {
        return "Binding[app=" + app + ", user=" + user + "]";
    }
}
