package io.carillon.center.message;

import io.carillon.contract.ScheduledEntry;
import io.carillon.contract.ScheduledPost;
import java.util.List;

/** How a draft is kept until it is due, and what it is then. */
final class ScheduledForm {
    private ScheduledForm() {}

    /** A thousand users share one payload, which therefore stands there once. */
    static ScheduledPost of(Draft draft) {
        PostedMessage message = draft.message();
        ScheduledPost.Builder post = ScheduledPost.newBuilder()
                .setRequestId(draft.requestId())
                .setApp(draft.app())
                .setSendAtMs(message.sendAtMs());
        for (int i = 0; i < draft.size(); i++) {
            ScheduledEntry.Builder entry = ScheduledEntry.newBuilder()
                    .setUser(draft.user(i))
                    .setMessageId(draft.messageIds().get(i))
                    .setTtlMs(message.ttlMs())
                    .setCollapseKey(message.collapseKey())
                    .setDurability(message.durability())
                    .setMinCopies(message.minCopies())
                    .setQos0(message.qos() == 0);
            if (i == 0) {
                entry.setPayload(message.payload()).setExtension(draft.extension());
            }
            post.addEntries(entry);
        }
        return post.build();
    }

    /** When it is over, milliseconds since 1970: its life counts from the time it was to be sent at. */
    static long expiresAtMs(ScheduledPost post) {
        return post.getSendAtMs() + post.getEntries(0).getTtlMs();
    }

    /** As it is posted now. The stores count from the put, so a late one gets what is left of its life, at least 1 ms. */
    static Draft draft(ScheduledPost post, long nowMs) {
        ScheduledEntry first = post.getEntries(0);
        long leftMs = Math.max(1, Math.min(first.getTtlMs(), expiresAtMs(post) - nowMs));
        PostedMessage message = new PostedMessage(
                post.getEntriesList().stream().map(ScheduledEntry::getUser).toList(),
                List.of(),
                first.getPayload(),
                null,
                "",
                first.getQos0() ? first.getTtlMs() : leftMs,
                first.getQos0() ? 0 : 1,
                first.getCollapseKey(),
                first.getDurability(),
                first.getMinCopies(),
                post.getSendAtMs());
        // Its id is to be remembered in any case: another center posts it again if this one dies before it said so.
        return new Draft(
                post.getApp(),
                message,
                first.getExtension(),
                post.getRequestId(),
                post.getEntriesList().stream().map(ScheduledEntry::getMessageId).toList(),
                post.getSendAtMs(),
                true);
    }
}
