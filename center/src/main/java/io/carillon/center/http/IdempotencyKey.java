package io.carillon.center.http;

import org.jspecify.annotations.Nullable;

/** The header Idempotency-Key: 1 to 255 printable ASCII characters. */
final class IdempotencyKey {
    private static final String HEADER = "idempotency-key";
    private static final int LENGTH_MAX = 255;

    private IdempotencyKey() {}

    /** The request's key; null for none. */
    static @Nullable String of(ApiRequest request) {
        String key = request.header(HEADER);
        if (key == null) {
            return null;
        }
        boolean printable = key.chars().allMatch(c -> c > 0x20 && c < 0x7F);
        if (key.isEmpty() || key.length() > LENGTH_MAX || !printable) {
            throw new ProblemException(Problem.field(
                    ProblemCode.INVALID_FIELD,
                    "Idempotency-Key",
                    "not usable (expected: 1 to " + LENGTH_MAX + " printable ASCII characters)"));
        }
        return key;
    }

    static Problem conflict() {
        return Problem.of(
                ProblemCode.IDEMPOTENCY_CONFLICT,
                "Idempotency-Key: used with another body within the last hour (expected: a new key)");
    }
}
