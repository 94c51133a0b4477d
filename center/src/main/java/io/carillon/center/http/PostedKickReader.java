package io.carillon.center.http;

import io.carillon.contract.Audience;
import java.util.stream.Stream;

/** Reads the bodies of kicks, whole, before anything happens. */
final class PostedKickReader {
    static final int REASON_BYTES_MAX = 200;
    /** Ten years. */
    static final long BAN_SECONDS_MAX = 3_650 * 86_400L;

    private static final int ROOMS_MAX = 1_000;

    private PostedKickReader() {}

    /**
     * A kick by user.
     *
     * @param banMs 0: no ban
     */
    record ByUser(String reason, long banMs) {}

    /**
     * A kick by filter.
     *
     * @param banMs for each whose session it ends; 0: no ban
     */
    record ByFilter(Audience audience, String reason, long banMs) {}

    /** @param body may be empty: no reason and no ban */
    static ByUser byUser(byte[] body) {
        JsonFields fields = Json.read(body.length == 0 ? Json.bytes(Json.object()) : body);
        String reason = fields.boundedText("reason", 0, REASON_BYTES_MAX);
        long banMs = banMs(fields);
        fields.end();
        return new ByUser(reason, banMs);
    }

    static ByFilter byFilter(byte[] body) {
        JsonFields fields = Json.read(body);
        Audience audience = audience(fields.object("filter"));
        String reason = fields.boundedText("reason", 0, REASON_BYTES_MAX);
        long banMs = banMs(fields);
        fields.end();
        return new ByFilter(audience, reason, banMs);
    }

    private static long banMs(JsonFields fields) {
        return fields.number("ban_seconds", 1, BAN_SECONDS_MAX, 0) * 1_000;
    }

    /** "All" has to be said: a filter without a word must not mean everybody. */
    private static Audience audience(JsonFields filter) {
        boolean all = filter.bool("all", false);
        Audience audience = Audience.newBuilder()
                .addAllRooms(TagLists.read(filter, "rooms", ROOMS_MAX))
                .addAllTagsAny(TagLists.read(filter, "tags_any"))
                .addAllTagsAll(TagLists.read(filter, "tags_all"))
                .addAllTagsNone(TagLists.read(filter, "tags_none"))
                .build();
        filter.end();
        boolean parts = Stream.of("rooms", "tags_any", "tags_all", "tags_none").anyMatch(filter::has);
        if (all == parts) {
            throw filter.invalid(
                    "all",
                    all
                            ? "true together with other parts (expected: alone)"
                            : "nobody is meant (expected: true, or rooms, tags_any, tags_all or tags_none)");
        }
        return audience;
    }
}
