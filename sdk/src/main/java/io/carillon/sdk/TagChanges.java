package io.carillon.sdk;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Tags;
import io.carillon.sdk.wire.Frames;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the app wants of its users' tags and has not been sent yet: the last word on each tag, at most 100 to add and 100
 * to remove for a binding; the oldest go. Confined to its client's thread.
 */
final class TagChanges {
    static final int TAGS_MAX = 100;

    /** By tag: to have it or not to, the oldest word first. */
    private final Map<BoundUser, Map<String, Boolean>> waiting = new HashMap<>();

    void submit(BoundUser user, List<String> add, List<String> remove, @Nullable Session session) {
        Map<String, Boolean> wanted = waiting.computeIfAbsent(user, any -> new LinkedHashMap<>());
        say(wanted, remove, false);
        say(wanted, add, true);
        pump(session);
    }

    private static void say(Map<String, Boolean> wanted, List<String> tags, boolean add) {
        for (String tag : tags) {
            wanted.remove(tag);
            wanted.put(tag, add);
        }
        int tooMany = -TAGS_MAX;
        for (boolean value : wanted.values()) {
            tooMany += value == add ? 1 : 0;
        }
        Iterator<Boolean> oldest = wanted.values().iterator();
        while (tooMany > 0 && oldest.hasNext()) {
            if (oldest.next() == add) {
                oldest.remove();
                tooMany--;
            }
        }
    }

    /** Sends what may be sent now, once. */
    void pump(@Nullable Session session) {
        if (session == null || waiting.isEmpty()) {
            return;
        }
        Iterator<Map.Entry<BoundUser, Map<String, Boolean>>> users =
                waiting.entrySet().iterator();
        while (users.hasNext()) {
            Map.Entry<BoundUser, Map<String, Boolean>> next = users.next();
            if (session.isBound(next.getKey())) {
                users.remove();
                session.send(Frames.of(FrameType.TAGS, frame(next.getKey(), next.getValue())));
            }
        }
    }

    private static Tags frame(BoundUser user, Map<String, Boolean> wanted) {
        Tags.Builder tags = Tags.newBuilder().setBinding(user.number);
        wanted.forEach((tag, add) -> {
            if (add) {
                tags.addAdd(tag);
            } else {
                tags.addRemove(tag);
            }
        });
        return tags.build();
    }

    void drop(BoundUser user) {
        waiting.remove(user);
    }

    void close() {
        waiting.clear();
    }
}
