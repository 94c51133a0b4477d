package io.carillon.center.http;

import com.google.protobuf.ByteString;
import io.carillon.center.broadcast.PostedBroadcast;
import io.carillon.center.message.PostedNotice;
import io.carillon.contract.Audience;
import java.util.List;

/** Reads the body of {@code POST /v1/broadcasts}, whole, before anything happens. */
final class PostedBroadcastReader {
    static final long RATE_MAX = 100_000_000;

    private static final List<String> TAG_FIELDS = List.of("tags_any", "tags_all", "tags_none");

    private PostedBroadcastReader() {}

    /** @param dryRun only the audience is counted */
    record Read(PostedBroadcast broadcast, boolean dryRun) {}

    /** The broadcast, or a {@link ProblemException} that names the first offender. */
    static Read read(byte[] body, long nowMs) {
        JsonFields fields = Json.read(body);
        Audience audience = audience(fields.object("audience"));
        PostedNotice notice = PostedMessageReader.notice(fields);
        ByteString payload = notice == null ? PostedMessageReader.payload(fields) : ByteString.EMPTY;
        long ttlMs = PostedMessageReader.ttlMs(fields);
        int ratePerSecond = (int) fields.number("rate_per_second", 1, RATE_MAX, 0);
        long sendAtMs = PostedMessageReader.sendAtMs(fields, nowMs);
        boolean parallel = fields.bool("parallel", false);
        boolean dryRun = fields.bool("dry_run", false);
        fields.end();
        return new Read(
                new PostedBroadcast(audience, payload, notice, ttlMs, ratePerSecond, sendAtMs, parallel), dryRun);
    }

    /** "All" has to be said: an audience without a word must not mean everybody. */
    private static Audience audience(JsonFields fields) {
        boolean all = fields.bool("all", false);
        Audience audience = Audience.newBuilder()
                .addAllTagsAny(TagLists.read(fields, "tags_any"))
                .addAllTagsAll(TagLists.read(fields, "tags_all"))
                .addAllTagsNone(TagLists.read(fields, "tags_none"))
                .build();
        fields.end();
        boolean tags = TAG_FIELDS.stream().anyMatch(fields::has);
        if (all && tags) {
            throw fields.invalid("all", "true together with tags (expected: one of both)");
        }
        if (!all && !tags) {
            throw fields.invalid("all", "nobody is meant (expected: true, or tags_any, tags_all or tags_none)");
        }
        return audience;
    }
}
