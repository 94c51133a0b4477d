package io.carillon.room.login;

import java.text.ParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a token that matter here; null where one is absent or of another kind.
 *
 * @param audience null as well where there are several
 */
record Claims(
        @Nullable String audience,
        @Nullable String subject,
        @Nullable Long expiresAtMs,
        @Nullable Long notBeforeMs) {
    /** Seconds beyond this are taken as this: some 30,000 years off. */
    private static final long SECONDS_MAX = 1L << 40;

    /** @param json null where the payload is none */
    static Claims of(@Nullable Map<String, Object> json) throws ParseException {
        if (json == null) {
            throw new ParseException("payload is not a JSON object", 0);
        }
        return new Claims(audience(json.get("aud")), string(json.get("sub")), ms(json.get("exp")), ms(json.get("nbf")));
    }

    private static @Nullable String audience(@Nullable Object value) {
        return value instanceof List<?> list && list.size() == 1 ? string(list.getFirst()) : string(value);
    }

    private static @Nullable String string(@Nullable Object value) {
        return value instanceof String text ? text : null;
    }

    private static @Nullable Long ms(@Nullable Object value) {
        return value instanceof Number seconds ? Math.clamp(seconds.longValue(), 0, SECONDS_MAX) * 1000 : null;
    }
}
